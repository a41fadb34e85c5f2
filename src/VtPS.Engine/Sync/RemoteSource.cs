using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>A tree at the far end of a connection that content is read out of; see <see cref="LocalSource"/>.</summary>
internal sealed class RemoteSource : IContentSource
{
    private readonly PeerConnection _connection;

    private RemoteSource(PeerConnection connection) => _connection = connection;

    public string Name => _connection.Name;

    /// <summary>Reaches a tree over streams, which the result then owns.</summary>
    /// <exception cref="VtException">PeerUnreachable, PeerTimeout, PeerProtocolMismatch, PeerRightDenied; those of <see cref="LocalSource.Open"/>.</exception>
    public static async Task<RemoteSource> ConnectAsync(IPeerTransport transport, string path, SourceTerms terms, CancellationToken cancellationToken)
    {
        PeerConnection connection = await TreeConnection.OpenAsync(transport, path, cancellationToken).ConfigureAwait(false);
        try
        {
            await connection.CallAsync(PeerMethod.OpenSource, SyncMessages.Write(terms), cancellationToken).ConfigureAwait(false);
            return new RemoteSource(connection);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken) => TreeConnection.ReadContentAsync(_connection, requests, cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
