using System.Runtime.CompilerServices;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>What is asked of a tree at the far end of a connection, as a side of a sync or as a source.</summary>
internal static class TreeConnection
{
    /// <summary>Reaches a tree.</summary>
    /// <param name="transport">The streams, which the result then owns.</param>
    /// <param name="path">The tree's path there; empty for the one that is served.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">PeerUnreachable, PeerTimeout, PeerProtocolMismatch, PeerRightDenied.</exception>
    public static async Task<PeerConnection> OpenAsync(IPeerTransport transport, string path, CancellationToken cancellationToken)
    {
        PeerConnection connection = PeerConnection.Start(transport, new PeerOptions(), null);
        try
        {
            await connection.CallAsync(PeerMethod.Open, new OpenRequest(PeerLevel.Trees, false, path).ToBytes(), cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Content of files in it. Several such calls may be under way; they are answered one after the other.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(
        PeerConnection connection, IReadOnlyList<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OutgoingCall call = await connection.BeginAsync(PeerMethod.ReadContent, default, true, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            await Packets.SendAllAsync(call, SyncMessages.Write(requests), cancellationToken).ConfigureAwait(false);
            await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
            await foreach (ReadOnlyMemory<byte> packet in Packets.ReceiveAsync(call, cancellationToken).ConfigureAwait(false))
            {
                yield return packet;
            }
        }
    }
}
