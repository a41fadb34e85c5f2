using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>A source of content, not reached yet.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="OpenAsync">Reaches it; whoever does disposes of the result. Errors are <see cref="VtException"/>s.</param>
internal sealed record ContentOrigin(string Name, Func<SourceTerms, CancellationToken, Task<IContentSource>> OpenAsync)
{
    /// <summary>A tree that is only read: in a folder of this machine, or at the far end of a connection.</summary>
    public static ContentOrigin Of(SyncTarget target) => new(target.Location, async (terms, token) => PeerAddress.TryParse(target.Location, target.IsFromData, out PeerAddress? address)
        ? await RemoteSource.ConnectAsync(address.Connect(), address.Store, terms, token).ConfigureAwait(false)
        : await Task.Run(() => LocalSource.Open(target.Location, terms, compress: false), token).ConfigureAwait(false));
}
