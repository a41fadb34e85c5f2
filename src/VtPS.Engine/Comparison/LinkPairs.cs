namespace VtPS.Engine.Comparison;

/// <summary>
/// Compares which names are one file. The groups of the two trees have different names, so what counts is that entries that belong
/// together on one side do on the other. One entry is kept for each group. For one thread.
/// </summary>
internal sealed class LinkPairs
{
    private readonly Dictionary<string, string> _toDifference = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _toReference = new(StringComparer.Ordinal);

    /// <summary>Whether two entries of one path belong together with the same other entries, as far as these were met.</summary>
    public bool Match(byte[]? reference, byte[]? difference)
    {
        if (reference is null && difference is null)
        {
            return true;
        }

        // An entry with one name inside the tree is alone, whether or not its other names lie elsewhere: the empty text stands for that.
        string left = reference is null ? "" : Convert.ToHexString(reference);
        string right = difference is null ? "" : Convert.ToHexString(difference);
        bool known = false;
        bool equal = true;
        if (left.Length > 0)
        {
            known |= _toDifference.TryGetValue(left, out string? other);
            equal &= other is null || other == right;
            _toDifference.TryAdd(left, right);
        }

        if (right.Length > 0)
        {
            known |= _toReference.TryGetValue(right, out string? other);
            equal &= other is null || other == left;
            _toReference.TryAdd(right, left);
        }

        // A group that is met for the first time may be one name only: nothing speaks against it yet.
        return !known || (equal && left.Length > 0 && right.Length > 0);
    }
}
