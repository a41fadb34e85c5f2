using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>A storage served over a wire in this process.</summary>
internal static class ServedStorage
{
    /// <summary>Serves one client. When the task ends, the client's calls have come to their ends and its locks are free.</summary>
    public static Task<VtException?> ServeAsync(
        IPeerTransport transport, IObjectStorage storage, ExportRight right = ExportRight.Full, PeerOptions? options = null, CancellationToken stopping = default) =>
        PeerService.RunAsync(transport, (_, _) => ValueTask.FromResult<IStoreService>(new ObjectServer(storage, right)), right, stopping, options);

    /// <summary>Connects to a storage by a wire.</summary>
    public static async Task<RemoteObjectStorage> ConnectAsync(IObjectStorage storage, ExportRight right = ExportRight.Full, TestWire? wire = null)
    {
        wire ??= new TestWire();
        _ = ServeAsync(wire.Server, storage, right);
        return await RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, false, CancellationToken.None);
    }
}
