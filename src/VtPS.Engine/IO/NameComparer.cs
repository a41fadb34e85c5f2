namespace VtPS.Engine.IO;

/// <summary>Orders names by their bytes.</summary>
internal sealed class NameComparer : IComparer<byte[]>
{
    public static NameComparer Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
