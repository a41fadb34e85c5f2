namespace VtPS.Engine.Sync;

/// <summary>A source that is somebody else's, and stays open.</summary>
/// <param name="source">The source.</param>
internal sealed class SharedSource(IContentSource source) : IContentSource
{
    public string Name => source.Name;

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken) => source.ReadContentAsync(requests, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
