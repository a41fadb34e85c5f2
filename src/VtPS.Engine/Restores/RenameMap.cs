using VtPS.Engine.IO;
using VtPS.Engine.Listing;

namespace VtPS.Engine.Restores;

/// <summary>
/// Asks for each item's new path, once, and keeps the answers: they are needed before anything is written and again when it is.
/// Memory grows with the number of items. For one thread.
/// </summary>
internal sealed class RenameMap(Func<string, string?> rename, int strip, Action<VtException> onUnsafe)
{
    private readonly Dictionary<UInt128, byte[][]?> _known = [];

    /// <summary>The names from the destination down; null for an item that is left out.</summary>
    public byte[][]? Get(VtBackup backup, TreePath directory, byte[] name)
    {
        byte[][] source = [.. directory.ToNames(), name];
        UInt128 key = DestinationKey.Enter(0, System.Text.Encoding.ASCII.GetBytes(backup.Id));
        foreach (byte[] part in source)
        {
            key = DestinationKey.Enter(key, part);
        }

        if (!_known.TryGetValue(key, out byte[][]? names))
        {
            names = Ask(source[Math.Min(strip, source.Length)..], directory.Join(name));
            _known[key] = names;
        }

        return names;
    }

    private byte[][]? Ask(byte[][] source, string inside)
    {
        if (source.Length == 0)
        {
            return null;
        }

        System.Text.StringBuilder text = new();
        foreach (byte[] name in source)
        {
            text.Append(text.Length == 0 ? "" : "/").Append(PathText.Format(name));
        }

        string? answer = rename(text.ToString());
        if (string.IsNullOrEmpty(answer))
        {
            return null;
        }

        List<byte[]> names = [];
        foreach (string part in answer.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }

            byte[] name = PathText.Parse(part);
            if (!EntryName.IsSafe(name))
            {
                onUnsafe(new VtException(VtErrorId.UnsafePath, $"'{inside}' was not restored: its new path '{answer}' would lead out of the destination or is no path. A new path is relative to the destination and has no '..' in it.", inside));
                return null;
            }

            names.Add(name);
        }

        return names.Count == 0 ? null : [.. names];
    }
}
