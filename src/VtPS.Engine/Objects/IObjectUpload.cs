namespace VtPS.Engine.Objects;

/// <summary>
/// An object on its way into a storage. Nothing can be seen under its name until <see cref="CommitAsync"/> returns;
/// disposing without a commit leaves nothing behind. For one user at a time.
/// </summary>
internal interface IObjectUpload : IAsyncDisposable
{
    /// <summary>Appends bytes. The buffer is free for reuse once the task ends.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the bytes durable and then gives them their name, if the name is free.
    /// A name that is taken by the very same bytes is a success; by others, an <see cref="ObjectExistsException"/>.
    /// When the task ends the object survives a power cut.
    /// </summary>
    ValueTask CommitAsync(CancellationToken cancellationToken);
}
