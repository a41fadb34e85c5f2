using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>One backup's record and amendments on both sides, as they were when this was made.</summary>
internal sealed class RecordCopy
{
    private readonly StoreSession _destination;
    private readonly byte[] _record;
    private readonly long _sourceNumber;
    private long _destinationNumber;

    private RecordCopy(StoreSession destination, byte[] record, VtBackup backup, long sourceNumber, long destinationNumber, bool isThere)
    {
        _destination = destination;
        _record = record;
        _sourceNumber = sourceNumber;
        _destinationNumber = destinationNumber;
        Backup = backup;
        IsThere = isThere;
    }

    /// <summary>The backup in the source, amended.</summary>
    public VtBackup Backup { get; }

    /// <summary>Whether the destination had the record when this was made.</summary>
    public bool IsThere { get; }

    /// <summary>Reads both sides.</summary>
    /// <param name="id">The backup's whole id.</param>
    /// <param name="source">The Store that has it.</param>
    /// <param name="sourceNumbers">What <see cref="BackupCatalog.ListNumbersAsync"/> said of that.</param>
    /// <param name="destination">The other Store.</param>
    /// <param name="destinationNumbers">What it said of that.</param>
    /// <param name="onDamaged">Told of an amendment that cannot be read.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">BackupNotFound, BlockDamaged for a record that cannot be read; DestinationDiffers.</exception>
    public static async Task<RecordCopy> ReadAsync(
        string id,
        StoreSession source,
        Dictionary<string, long> sourceNumbers,
        StoreSession destination,
        Dictionary<string, long> destinationNumbers,
        Action<VtException> onDamaged,
        CancellationToken cancellationToken)
    {
        long sourceNumber = sourceNumbers.GetValueOrDefault(id);
        byte[] record;
        VtBackup? backup;
        try
        {
            record = await GetAsync(source, id, cancellationToken).ConfigureAwait(false);
            backup = await BackupCatalog.TryReadAsync(source, id, sourceNumber, onDamaged, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException)
        {
            backup = null;
            record = [];
        }
        catch (InvalidDataException e)
        {
            throw new VtException(VtErrorId.BlockDamaged, $"Backup {id} was not copied: its record in '{source.Info.Path}' cannot be read: {e.Message}", id, e);
        }

        if (backup is null)
        {
            throw new VtException(VtErrorId.BackupNotFound, $"There is no backup {id} in '{source.Info.Path}' any more. Get-VtBackup (vt backups) lists what there is.", id);
        }

        bool isThere = destinationNumbers.TryGetValue(id, out long destinationNumber) && await IsSameAsync(destination, id, record, cancellationToken).ConfigureAwait(false);
        return new RecordCopy(destination, record, backup, sourceNumber, destinationNumber, isThere);
    }

    /// <summary>Puts the record. Everything that it stands on is durable by then.</summary>
    /// <returns>Whether it was new: false where the destination has it already.</returns>
    /// <exception cref="VtException">DestinationDiffers, StoreWriteFailed, StoreFull.</exception>
    public async Task<bool> PutAsync(StoreWriter writer, CancellationToken cancellationToken)
    {
        if (IsThere)
        {
            return false;
        }

        try
        {
            await writer.PutAsync(StoreNames.Backup(Backup.Id), _record).ConfigureAwait(false);
            return true;
        }
        catch (ObjectExistsException)
        {
            // Another copy put it meanwhile; in an encrypted Store its bytes are others though they say the same.
            await IsSameAsync(_destination, Backup.Id, _record, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>
    /// Carries the source's last amendment over, under its number, unless the destination has one of that number or a higher one: then the destination's counts.
    /// </summary>
    public async Task CarryAmendmentAsync(CancellationToken cancellationToken)
    {
        if (_sourceNumber <= _destinationNumber)
        {
            return;
        }

        try
        {
            byte[] amendment = BackupRecord.WriteAmendment(Backup.Id, _sourceNumber, Backup.Tag, Backup.Comment, Backup.Pinned);
            await _destination.Storage.PutAsync(StoreNames.Amendment(Backup.Id, _sourceNumber), Backup.Id, amendment, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectExistsException)
        {
            // Someone amended it there meanwhile.
        }

        _destinationNumber = _sourceNumber;
    }

    /// <summary>The backup as it stands in the destination.</summary>
    public async Task<VtBackup> ReadCopyAsync(Action<VtException> onDamaged, CancellationToken cancellationToken) =>
        await BackupCatalog.TryReadAsync(_destination, Backup.Id, _destinationNumber, onDamaged, cancellationToken).ConfigureAwait(false)
            ?? throw new VtException(VtErrorId.BackupNotFound, $"Backup {Backup.Id} was copied to '{_destination.Info.Path}', and someone removed it there at once.", Backup.Id);

    private static ValueTask<byte[]> GetAsync(StoreSession store, string id, CancellationToken cancellationToken) =>
        store.Storage.GetAsync(StoreNames.Backup(id), BackupRecord.MaximumLength, cancellationToken);

    /// <summary>Whether the destination has the record; false where it has none.</summary>
    private static async Task<bool> IsSameAsync(StoreSession destination, string id, byte[] record, CancellationToken cancellationToken)
    {
        try
        {
            return (await GetAsync(destination, id, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(record) ? true : throw Differs(destination, id, "says something else", null);
        }
        catch (ObjectNotFoundException)
        {
            return false;
        }
        catch (InvalidDataException e)
        {
            throw Differs(destination, id, "cannot be read", e);
        }
    }

    private static VtException Differs(StoreSession destination, string id, string how, InvalidDataException? inner) => new(
        VtErrorId.DestinationDiffers,
        $"Backup {id} was not copied: '{destination.Info.Path}' has a record of that id that {how}. Remove that one there (Remove-VtBackup), then copy again.",
        id,
        inner);
}
