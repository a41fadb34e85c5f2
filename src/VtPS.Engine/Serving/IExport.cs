using VtPS.Engine.Protocol;

namespace VtPS.Engine.Serving;

/// <summary>What a service offers, to all of its clients. Safe for use by many threads.</summary>
internal interface IExport : IAsyncDisposable
{
    /// <summary>The most that any client may do.</summary>
    ExportRight Right { get; }

    /// <summary>What serves a client that asks for this.</summary>
    /// <exception cref="VtException">PeerRightDenied for what is not served, or not to that extent; PeerProtocolMismatch for a level that is not known; StoreNotSpecified, InvalidArgument; those of opening a Store.</exception>
    ValueTask<IStoreService> OpenAsync(OpenRequest request, CancellationToken cancellationToken);

    /// <summary>Makes sure, before any client comes, that what is served is there.</summary>
    /// <exception cref="VtException">StoreNotSpecified where clients would have to name it; PathNotFound for a tree; those of opening a Store.</exception>
    ValueTask RequireThereAsync(CancellationToken cancellationToken);
}
