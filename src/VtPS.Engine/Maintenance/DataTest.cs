using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Reads the records of data files and hashes every block in them, on all cores.</summary>
/// <param name="store">The Store.</param>
/// <param name="blocks">Its blocks.</param>
/// <param name="progress">Told of what is read.</param>
internal sealed class DataTest(StoreSession store, TestBlocks blocks, ProgressMeter progress)
{
    private readonly ConcurrentBag<RecordVerifier> _verifiers = [];
    private readonly ConcurrentBag<(DataFileId File, int Number, IndexedRecord Record, string Why)> _damaged = [];
    private long _read;
    private long _bytesRead;

    /// <summary>Records read.</summary>
    public long RecordsRead => Interlocked.Read(ref _read);

    /// <summary>Their bytes in the data files.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>The files in which a record is damaged.</summary>
    public IReadOnlySet<DataFileId> DamagedFiles => _damaged.Select(static d => d.File).ToHashSet();

    /// <summary>Reads.</summary>
    /// <param name="files">The files, in the order in which they are read.</param>
    /// <param name="chosen">Says of a record whether it is to be read; asked by one thread, once for each record.</param>
    /// <param name="damage">Gets a finding for each damaged record, and the blocks that nothing else has.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="VtException">StoreReadFailed.</exception>
    public async Task RunAsync(IReadOnlyList<DataFileId> files, Func<IndexedRecord, bool> chosen, DamageMap damage, CancellationToken cancellationToken)
    {
        try
        {
            ParallelOptions options = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = store.Parallelism };
            await Parallel.ForEachAsync(CutAsync(files, chosen, cancellationToken), options, ReadAsync).ConfigureAwait(false);
        }
        finally
        {
            while (_verifiers.TryTake(out RecordVerifier? verifier))
            {
                verifier.Dispose();
            }
        }

        foreach ((DataFileId file, int number, IndexedRecord record, string why) in _damaged.OrderBy(d => d.File).ThenBy(d => d.Number))
        {
            await ReportAsync(file, number, record, why, damage, cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<RecordBatch> CutAsync(IReadOnlyList<DataFileId> files, Func<IndexedRecord, bool> chosen, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (DataFileId file in files)
        {
            if (!blocks.Files.ContainsKey(file) || await blocks.ReadRecordsAsync(file, cancellationToken).ConfigureAwait(false) is not { } records)
            {
                continue;
            }

            foreach (RecordBatch batch in RecordBatch.Cut(file, records, chosen))
            {
                yield return batch;
            }
        }
    }

    private async ValueTask ReadAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        if (!_verifiers.TryTake(out RecordVerifier? verifier))
        {
            verifier = new RecordVerifier(store.DataFiles, store.Config.HashName);
        }

        try
        {
            verifier.Reserve(batch.Length);
            RecordSeal seal = await store.DataFiles.SealOfAsync(batch.File, cancellationToken).ConfigureAwait(false);
            int filled = await ReadAsync(batch, verifier, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < batch.Records.Count; i++)
            {
                IndexedRecord record = batch.Records[i];
                int at = (int)(record.Offset - batch.Offset);
                int number = record.Number ?? batch.First + i;
                string? why = filled < 0 ? "The storage cannot read it."
                    : at + record.Length <= filled ? Check(verifier, seal, number, verifier.Buffer.AsMemory(at, record.Length), record)
                    : "The file ends before the record does.";
                if (why is not null)
                {
                    _damaged.Add((batch.File, number, record, why));
                }
            }

            Interlocked.Add(ref _read, batch.Records.Count);
            Interlocked.Add(ref _bytesRead, Math.Max(0, filled));
            progress.AddItems(batch.Records.Count);
            progress.AddBytes(batch.Length);
        }
        catch (ObjectNotFoundException)
        {
            // An optimize run has deleted it; what is needed of it stands elsewhere, or the trees tell.
        }
        finally
        {
            _verifiers.Add(verifier);
        }
    }

    private static string? Check(RecordVerifier verifier, RecordSeal seal, int number, Memory<byte> record, IndexedRecord listed)
    {
        try
        {
            return verifier.Check(seal, number, record.Span, listed);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.CodecUnavailable)
        {
            // One record of a codec that nobody knows is no reason not to look at the others.
            return e.Message;
        }
    }

    /// <summary>Reads a batch; -1 where the storage cannot, though the Store is there: a part of a disk has gone bad. Several records are then read one by one.</summary>
    private async ValueTask<int> ReadAsync(RecordBatch batch, RecordVerifier verifier, CancellationToken cancellationToken)
    {
        try
        {
            return await store.Storage.ReadAsync(StoreNames.DataFile(batch.File), batch.Offset, verifier.Buffer.AsMemory(0, batch.Length), cancellationToken).ConfigureAwait(false);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.StoreReadFailed)
        {
            if (await store.Storage.GetLengthAsync(StoreNames.Config, cancellationToken).ConfigureAwait(false) is null)
            {
                throw;
            }
        }

        if (batch.Records.Count == 1)
        {
            return -1;
        }

        // What cannot be read stays zeros, which are no record.
        verifier.Buffer.AsSpan(0, batch.Length).Clear();
        foreach (IndexedRecord record in batch.Records)
        {
            try
            {
                Memory<byte> part = verifier.Buffer.AsMemory((int)(record.Offset - batch.Offset), record.Length);
                await store.Storage.ReadAsync(StoreNames.DataFile(batch.File), record.Offset, part, cancellationToken).ConfigureAwait(false);
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.StoreReadFailed)
            {
            }
        }

        return batch.Length;
    }

    private async Task ReportAsync(DataFileId file, int number, IndexedRecord record, string why, DamageMap damage, CancellationToken cancellationToken)
    {
        Finding finding = new(
            VtTestKind.RecordDamaged,
            StoreNames.DataFile(file),
            $"Record {number} of data file {file}, {record.Length} bytes from byte {record.Offset} on, with {record.Blocks.Count} blocks, is damaged: {why}");
        int lost = 0;
        foreach ((VtHash hash, _) in record.Blocks)
        {
            finding.Hashes.Add(hash.ToString());
            if (!await blocks.IsReadableAsync(hash, cancellationToken).ConfigureAwait(false))
            {
                damage.AddUnreadable(BlockKey.Of(hash), finding);
                lost++;
            }
        }

        finding.Message += lost == 0
            ? " Every block in it stands elsewhere, too: nothing is lost."
            : " Repair-VtStore -Salvage sets the file aside and saves the rest of it; the next backup of a source that still has the blocks stores them again.";
        damage.Add(finding);
    }
}
