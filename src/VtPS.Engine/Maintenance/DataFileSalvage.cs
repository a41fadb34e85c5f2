using System.Globalization;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// Saves what can be read of one damaged data file into new ones, as a writer with a lease; puts the original into <c>damaged/</c> and then deletes it from its place.
/// </summary>
internal sealed class DataFileSalvage(StoreSession store, DataFileId file)
{
    /// <summary>Far longer than any data file; a file is held in memory while it is saved.</summary>
    private const long MaximumLength = 1L << 30;

    private const int PieceLength = 64 << 10;

    private readonly List<VtHash> _lost = [];
    private byte[] _bytes = [];
    private List<IndexedRecord> _records = [];
    private RecordSeal? _seal;

    /// <summary>Blocks that could be read from nowhere.</summary>
    public IReadOnlyList<VtHash> Lost => _lost;

    /// <summary>Saves. The file must be distrusted by the session before.</summary>
    /// <returns>What was done; null where the file is gone.</returns>
    /// <exception cref="VtException">DataFileDamaged for a file too long to be one; StoreReadFailed, StoreWriteFailed, StoreFull: the original is then where it was.</exception>
    public async Task<Finding?> RunAsync(CancellationToken cancellationToken)
    {
        string name = StoreNames.DataFile(file);
        if (await store.Storage.GetLengthAsync(name, cancellationToken).ConfigureAwait(false) is not { } length)
        {
            return null;
        }

        if (length > MaximumLength)
        {
            throw new VtException(VtErrorId.DataFileDamaged, $"'{name}' in '{store.Info.Path}' is {length} bytes long, which no data file is. It was left as it is; move it away by hand.", name);
        }

        try
        {
            _seal = await store.DataFiles.SealOfAsync(file, cancellationToken).ConfigureAwait(false);
            _bytes = await ReadAsync(name, (int)length, cancellationToken).ConfigureAwait(false);
            _records = await store.DataFiles.ReadIndexAsync(file, length, null, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }

        StoreWriter writer = await StoreWriter.OpenAsync(store, "repair", cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            (int records, int blocks) = await SaveAsync(writer, cancellationToken).ConfigureAwait(false);
            string aside = await SetAsideAsync(writer).ConfigureAwait(false);

            // What was saved is safe while the lease stands: only then the original goes. Should the lease have been buried in between, all of it is looked up and saved again.
            while (!await writer.LeaseStandsAsync().ConfigureAwait(false))
            {
                await writer.RenewAsync().ConfigureAwait(false);
                await SaveAsync(writer, cancellationToken).ConfigureAwait(false);
            }

            await store.Storage.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
            while (!await writer.LeaseStandsAsync().ConfigureAwait(false))
            {
                await writer.RenewAsync().ConfigureAwait(false);
                await SaveAsync(writer, CancellationToken.None).ConfigureAwait(false);
            }

            Finding finding = new(
                VtTestKind.Salvaged,
                aside,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Of data file {file}, {records} records with {blocks} blocks could be read and are saved; {_lost.Count} blocks are lost{(_lost.Count == 0 ? string.Empty : ": the next backup of a source that still has them stores them again")}. The original is '{aside}'."));
            finding.Hashes.AddRange(_lost.Select(static hash => hash.ToString()));
            return finding;
        }
    }

    /// <summary>Puts every block that can be read and that the Store does not have elsewhere.</summary>
    private async Task<(int Records, int Blocks)> SaveAsync(StoreWriter writer, CancellationToken cancellationToken)
    {
        _lost.Clear();
        int records = 0;
        int blocks = 0;
        BlockPacker packer = writer.CreatePacker(Content());
        using RecordVerifier verifier = new(store.DataFiles, store.Config.HashName);
        List<VtHash> unreadable = [];
        for (int i = 0; i < _records.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IndexedRecord record = _records[i];
            // A copy, because a record is opened in place.
            byte[]? copy = record.Offset + record.Length <= _bytes.Length ? _bytes.AsSpan((int)record.Offset, record.Length).ToArray() : null;
            if (copy is null || verifier.Check(_seal!, record.Number ?? i, copy, record) is not null)
            {
                unreadable.AddRange(record.Blocks.Select(static block => block.Hash));
                continue;
            }

            records++;
            int offset = 0;
            foreach ((VtHash hash, int length) in record.Blocks)
            {
                packer.Add(hash, verifier.Plain.Span.Slice(offset, length));
                offset += length;
                blocks++;
            }
        }

        foreach (VtHash hash in unreadable)
        {
            if (!writer.Has(hash))
            {
                await SaveFromElsewhereAsync(packer, hash, cancellationToken).ConfigureAwait(false);
            }
        }

        await writer.FlushAsync().ConfigureAwait(false);
        return (records, blocks);
    }

    /// <summary>A block can stand, whole, in a file that was given up: it is not to be relied on, but to be read from.</summary>
    private async ValueTask SaveFromElsewhereAsync(BlockPacker packer, VtHash hash, CancellationToken cancellationToken)
    {
        try
        {
            packer.Add(hash, (await store.Blocks.GetAsync(hash, cancellationToken).ConfigureAwait(false)).Span);
        }
        catch (VtException e) when (e.ErrorId is VtErrorId.BlockNotFound or VtErrorId.BlockDamaged)
        {
            _lost.Add(hash);
        }
    }

    private DataFileContent Content() =>
        _bytes.Length > 11 && _bytes[11] == (byte)DataFileContent.Trees ? DataFileContent.Trees : DataFileContent.Files;

    /// <summary>Puts a copy of the original under a free name in <c>damaged/</c>.</summary>
    private async Task<string> SetAsideAsync(StoreWriter writer)
    {
        for (int number = 0; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{StoreNames.Damaged}{file}{(number == 0 ? string.Empty : "." + number.ToString(CultureInfo.InvariantCulture))}.vtd");
            try
            {
                await writer.PutAsync(name, _bytes).ConfigureAwait(false);
                return name;
            }
            catch (ObjectExistsException)
            {
                // An earlier repair set aside something else under that name.
            }
        }
    }

    /// <summary>The whole file; what the storage cannot read is zeros.</summary>
    private async Task<byte[]> ReadAsync(string name, int length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at += PieceLength)
        {
            try
            {
                await store.Storage.ReadAsync(name, at, bytes.AsMemory(at, Math.Min(PieceLength, length - at)), cancellationToken).ConfigureAwait(false);
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.StoreReadFailed)
            {
                if (await store.Storage.GetLengthAsync(StoreNames.Config, cancellationToken).ConfigureAwait(false) is null)
                {
                    throw;
                }
            }
        }

        return bytes;
    }
}
