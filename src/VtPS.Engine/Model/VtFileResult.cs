namespace VtPS;

/// <summary>One row of what a backup or restore did: an item and what became of it.</summary>
public sealed class VtFileResult
{
    /// <summary>The item's path inside the backup, with <c>/</c> between names, in the escaped text form.</summary>
    public required string Path { get; init; }

    /// <summary>What the item is.</summary>
    public required VtItemType ItemType { get; init; }

    /// <summary>What was done with it.</summary>
    public required VtFileAction Action { get; init; }

    /// <summary>The item's size in bytes; 0 for anything but a file.</summary>
    public long Length { get; init; }

    /// <summary>Bytes read from the source (backup) or written to the destination (restore).</summary>
    public long BytesProcessed { get; init; }

    /// <summary>Bytes of content that the Store did not have before (backup); plain, before compression.</summary>
    public long BytesNew { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
