namespace VtPS.Engine.Protocol;

/// <summary>A lock that the peer holds for this side, until this is disposed of or the connection ends.</summary>
internal sealed class RemoteLock(PeerConnection connection, byte[] number) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        try
        {
            await connection.CallAsync(PeerMethod.Unlock, number, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VtException)
        {
            // The peer frees the lock with the connection.
        }
    }
}
