namespace VtPS.Engine.Sync;

/// <summary>A tree that content of files can be read out of. What comes is checked by whoever takes it: a source need not be trusted. Safe for several readings at a time.</summary>
internal interface IContentSource : IAsyncDisposable
{
    /// <summary>What the tree is called: its path or address.</summary>
    string Name { get; }

    /// <summary>Content of files in it, in packets as <see cref="ContentPackets"/> describes them. What is not as the history says is said to be missing.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken);
}
