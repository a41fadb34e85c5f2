using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>What backups and amendments there are in both Stores, as a copy found them at its beginning.</summary>
internal sealed class CopyCatalog
{
    private readonly StoreSession _source;
    private readonly StoreSession _destination;
    private readonly Dictionary<string, long> _sourceNumbers;
    private readonly Dictionary<string, long> _destinationNumbers;
    private readonly IOperationObserver _observer;

    private CopyCatalog(StoreSession source, StoreSession destination, Dictionary<string, long> sourceNumbers, Dictionary<string, long> destinationNumbers, IOperationObserver observer)
    {
        _source = source;
        _destination = destination;
        _sourceNumbers = sourceNumbers;
        _destinationNumbers = destinationNumbers;
        _observer = observer;
    }

    /// <summary>Lists both.</summary>
    public static async Task<CopyCatalog> ReadAsync(StoreSession source, StoreSession destination, IOperationObserver observer, CancellationToken cancellationToken) => new(
        source,
        destination,
        await BackupCatalog.ListNumbersAsync(source, cancellationToken).ConfigureAwait(false),
        await BackupCatalog.ListNumbersAsync(destination, cancellationToken).ConfigureAwait(false),
        observer);

    /// <summary>One backup's record on both sides; see <see cref="RecordCopy.ReadAsync"/>.</summary>
    public Task<RecordCopy> ReadRecordAsync(string id, CancellationToken cancellationToken) =>
        RecordCopy.ReadAsync(id, _source, _sourceNumbers, _destination, _destinationNumbers, Tell, cancellationToken);

    /// <summary>Does what reads a backup, and turns what cannot be read into the error that users see.</summary>
    /// <exception cref="VtException">It cannot be read, or it was removed from the source meanwhile.</exception>
    public async Task GuardAsync(VtBackup backup, Func<Task> read, CancellationToken cancellationToken)
    {
        try
        {
            await read().ConfigureAwait(false);
        }
        catch (UnreadableBackupException e)
        {
            throw await _source.Storage.GetLengthAsync(StoreNames.Backup(backup.Id), cancellationToken).ConfigureAwait(false) is null
                ? new VtException(VtErrorId.BackupNotFound, $"Backup {backup.Id} was removed from '{_source.Info.Path}' while it was read, and was not copied.", backup.Id, e)
                : e.ToError(backup.Id, _source.Info.Path);
        }
    }

    /// <summary>Tells the observer of something that could not be read and does not keep the work from going on.</summary>
    public void Tell(VtException error) => _observer.OnError(new VtError(error.ErrorId, error.Message, error.Target, error));
}
