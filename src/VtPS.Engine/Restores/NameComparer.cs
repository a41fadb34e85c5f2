namespace VtPS.Engine.Restores;

/// <summary>The order of names by their bytes.</summary>
internal sealed class NameComparer : IComparer<byte[]>
{
    public static NameComparer Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
