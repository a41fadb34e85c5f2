namespace VtPS;

/// <summary>A block of a Store, or a chunk of a live file as a Store would cut it.</summary>
public sealed class VtBlock
{
    /// <summary>The path or URI of the Store; null for a chunk of a live file.</summary>
    public string? Store { get; init; }

    /// <summary>The block's hash as <c>name:hex</c>; null for a literal or a run, which need none.</summary>
    public string? Hash { get; init; }

    /// <summary>What the reference is: <c>Hash</c>, <c>Literal</c>, <c>Run</c> or <c>Indirect</c>.</summary>
    public VtBlockKind Kind { get; init; }

    /// <summary>The block's own length in bytes, before compression.</summary>
    public long Length { get; init; }

    /// <summary>The block's share of its record in the Store, in bytes after compression; 0 where nothing is stored.</summary>
    public long StoredLength { get; init; }

    /// <summary>Whether the Store has the block.</summary>
    public bool IsPresent { get; init; }

    /// <summary>The id of the data file the block is in; null where there is none.</summary>
    public string? DataFile { get; init; }

    /// <summary>Where the block's record begins in the data file, in bytes.</summary>
    public long RecordOffset { get; init; }

    /// <summary>The item or file that was asked about; null where none was.</summary>
    public string? Path { get; init; }

    /// <summary>Where in that item or file the block begins, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>The block's reference in its text form.</summary>
    public required string Reference { get; init; }

    internal VtStore? Origin { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Hash ?? Reference;
}
