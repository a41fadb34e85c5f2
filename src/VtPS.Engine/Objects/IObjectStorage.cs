using VtPS.Engine.IO;

namespace VtPS.Engine.Objects;

/// <summary>
/// Named write-once byte objects: the one seam that everything durable goes through. Names are ASCII with <c>/</c> between parts.
/// An object appears whole or not at all, is never changed, and can be deleted. Safe for use by many threads.
/// </summary>
/// <remarks>
/// Errors: <see cref="ObjectNotFoundException"/>, <see cref="ObjectExistsException"/>; a full medium is a <see cref="VtException"/>
/// with <see cref="VtErrorId.StoreFull"/>, any other failure to write <see cref="VtErrorId.StoreWriteFailed"/>, to read <see cref="VtErrorId.StoreReadFailed"/>.
/// </remarks>
internal interface IObjectStorage : IAsyncDisposable
{
    /// <summary>Where this is, for messages: a path or URI.</summary>
    string Location { get; }

    /// <summary>
    /// The boot id of the machine that takes this storage's locks; null where there is none. A lock is believed by observers with the same one alone.
    /// </summary>
    string? LockDomain => FileSystem.Current.BootId;

    /// <summary>How many small requests are best under way at a time: more where each waits for a network.</summary>
    int Concurrency => Math.Max(2, Environment.ProcessorCount);

    /// <summary>Begins an object.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="owner">The id of the lease on whose behalf it is written: names what is left behind by a process that died.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken);

    /// <summary>Reads from an object.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="offset">Where to begin, in bytes from its start.</param>
    /// <param name="buffer">Filled as far as the object reaches.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many bytes were read: less than the buffer holds only at the object's end.</returns>
    ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>The object's length in bytes, or null where there is none of that name.</summary>
    ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the objects whose names begin with <paramref name="prefix"/> (empty, or ending in <c>/</c>), in no order.
    /// A listing is whole or fails: a folder that cannot be read is an error, never a shorter list.
    /// An object that stands from before the call until after it is listed.
    /// </summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes an object, durably when the task ends; one that is not there is no error.</summary>
    ValueTask DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Puts an object that is locked from before its name appears until the result is disposed or this process ends, however it ends.
    /// Null where the storage knows no such locks; then nothing was put.
    /// </summary>
    ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Whether the lock of <see cref="TryPutLockedAsync"/> is held by anyone; null where the storage knows no such locks or the object is not there.</summary>
    ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// Makes sure that what a listing of these folders has shown survives a power cut: names that came, and names that went. Whoever put or deleted them may have
    /// died after others could see it and before it was durable; what stands on it must not outlive it.
    /// </summary>
    /// <param name="folders">The folders, such as <c>data/3f</c>, each once. One that is not there is no error.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken);

    /// <summary>What uploads have left unfinished, or are still writing, by owner. A storage that keeps no such thing has none.</summary>
    ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken);

    /// <summary>Removes what uploads of the named owner left unfinished, if anything.</summary>
    ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken);
}
