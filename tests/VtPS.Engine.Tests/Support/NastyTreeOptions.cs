namespace VtPS.Engine.Tests.Support;

/// <summary>How large a <see cref="NastyTree"/> is made.</summary>
internal sealed record NastyTreeOptions
{
    /// <summary>The size of the largest file in bytes; there are files of 1, 7, 49, ... bytes up to it.</summary>
    public long LargestFile { get; init; } = 2 << 20;

    /// <summary>The size of the largest sparse file in bytes; little of it is data.</summary>
    public long LargestSparseFile { get; init; } = 64 << 20;

    /// <summary>How many files the fullest directory holds.</summary>
    public int ManyEntries { get; init; } = 5000;

    /// <summary>Whether a socket is made too: backups count and leave it.</summary>
    public bool WithSocket { get; init; }
}
