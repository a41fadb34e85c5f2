using VtPS.Engine.Protocol;

namespace VtPS.Engine.Serving;

/// <summary>Serves one client over one pair of streams, from its first byte to its last.</summary>
internal static class PeerService
{
    /// <summary>Serves until the client leaves, the connection ends or this side is to stop. When the task ends, nothing that the client asked for goes on, and its locks are free.</summary>
    /// <param name="transport">The streams, which this then owns.</param>
    /// <param name="open">From what the client asks for to what serves it within its right, which this then owns; errors are the client's.</param>
    /// <param name="right">The most that the client may do, whatever it opens: it is told that.</param>
    /// <param name="stopping">Ends the service: the client is told.</param>
    /// <param name="options">How this side behaves; null for the usual.</param>
    /// <returns>Null where the client took its leave; else what ended the connection.</returns>
    public static async Task<VtException?> RunAsync(
        IPeerTransport transport, Func<OpenRequest, CancellationToken, ValueTask<IStoreService>> open, ExportRight right, CancellationToken stopping, PeerOptions? options = null)
    {
        options = (options ?? new PeerOptions()) with { IsInitiator = false };
        options = options with { Hello = options.Hello with { Right = right } };
        ClientSession session = new(open);
        await using (session.ConfigureAwait(false))
        {
            PeerConnection connection = PeerConnection.Start(transport, options, session);
            await using (connection.ConfigureAwait(false))
            {
                using CancellationTokenRegistration registration = stopping.Register(() => _ = connection.EndAsync(
                    new VtException(VtErrorId.PeerUnreachable, "vt serve was told to stop. Run the command again when it runs; what was finished stays.")));
                return await connection.WaitForEndAsync().ConfigureAwait(false);
            }
        }
    }
}
