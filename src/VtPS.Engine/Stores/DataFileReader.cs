using System.Buffers.Binary;
using VtPS.Engine.Compression;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>Reads data files: their index, and single records. Safe for use by many threads.</summary>
internal sealed class DataFileReader(IObjectStorage storage, VtHashName hashName, DataFileSeals seals)
{
    private const int TailGuess = 64 << 10;

    /// <summary>
    /// The records of a sealed data file by its trailer or, where that is damaged, by reading every record.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Its length in bytes, as listed.</param>
    /// <param name="onDamaged">Told what is damaged, if anything: a sentence.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ObjectNotFoundException">The file is gone.</exception>
    public async ValueTask<List<IndexedRecord>> ReadIndexAsync(DataFileId file, long length, Action<string>? onDamaged, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadTrailerAsync(file, length, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            onDamaged?.Invoke($"The trailer of data file {file} is damaged ({e.Message}); its records are read one by one instead.");
        }

        List<IndexedRecord> records = [];
        await foreach ((IndexedRecord? record, string? damage) in ScanAsync(file, length, cancellationToken).ConfigureAwait(false))
        {
            if (record is not null)
            {
                records.Add(record);
            }
            else
            {
                onDamaged?.Invoke(damage!);
            }
        }

        return records;
    }

    /// <summary>Which kind of blocks a file holds, by its header.</summary>
    /// <exception cref="InvalidDataException">The header is damaged.</exception>
    public async ValueTask<DataFileContent> ReadContentAsync(DataFileId file, CancellationToken cancellationToken) =>
        (DataFileContent)(await ReadHeaderAsync(file, cancellationToken).ConfigureAwait(false))[11];

    /// <summary>The key epoch that a file is of, by its header: 0 for a plain one.</summary>
    /// <exception cref="InvalidDataException">The header is damaged.</exception>
    public async ValueTask<uint> ReadEpochAsync(DataFileId file, CancellationToken cancellationToken) =>
        DataFileFormat.ReadEpoch(await ReadHeaderAsync(file, cancellationToken).ConfigureAwait(false));

    /// <summary>The lease of the run that wrote a file, by its header.</summary>
    /// <exception cref="InvalidDataException">The header is damaged.</exception>
    public async ValueTask<DataFileId> ReadLeaseAsync(DataFileId file, CancellationToken cancellationToken) =>
        DataFileFormat.CheckHeader(await ReadHeaderAsync(file, cancellationToken).ConfigureAwait(false), file, hashName);

    /// <summary>The records as the trailer lists them.</summary>
    /// <exception cref="InvalidDataException">Header, trailer or closing bytes are damaged.</exception>
    public async ValueTask<List<IndexedRecord>> ReadTrailerAsync(DataFileId file, long length, CancellationToken cancellationToken)
    {
        if (length < DataFileFormat.HeaderLength + DataFileFormat.PrefixLength + DataFileFormat.ClosingLength)
        {
            throw new InvalidDataException($"It is only {length} bytes long.");
        }

        string name = StoreNames.DataFile(file);
        byte[] tail = new byte[Math.Min(length, TailGuess)];
        Task<byte[]> first = ReadHeaderAsync(file, cancellationToken).AsTask();
        if (storage.Concurrency == 1)
        {
            await first.ConfigureAwait(false);
        }

        await Task.WhenAll(first, ReadExactlyAsync(name, length - tail.Length, tail, cancellationToken).AsTask()).ConfigureAwait(false);
        byte[] header = await first.ConfigureAwait(false);
        long start = DataFileFormat.ReadClosing(tail.AsSpan(tail.Length - DataFileFormat.ClosingLength), length);
        long trailerLength = length - DataFileFormat.ClosingLength - start;
        if (start < 0 || trailerLength > DataFileFormat.MaximumRecord)
        {
            throw new InvalidDataException("It does not end as a data file does.");
        }

        byte[] trailer = new byte[trailerLength];
        int have = (int)Math.Min(trailerLength, tail.Length - DataFileFormat.ClosingLength);
        tail.AsSpan(tail.Length - DataFileFormat.ClosingLength - have, have).CopyTo(trailer.AsSpan(trailer.Length - have));
        await ReadExactlyAsync(name, start, trailer.AsMemory(0, trailer.Length - have), cancellationToken).ConfigureAwait(false);
        RecordSeal seal = seals.ForFile(file, header);
        if (seal.ReadPrefix(trailer, DataFileFormat.TrailerNumber) != trailer.Length || !seal.TryOpen(trailer))
        {
            throw new InvalidDataException("The checksum of its trailer does not match.");
        }

        return DataFileTrailer.Read(Body(trailer, seal), hashName, start);
    }

    /// <summary>
    /// Reads every record from the start, without the trailer: each whole one with its blocks, and a sentence for each stretch that is none.
    /// After a damaged stretch the search goes on at the next bytes that begin like a record.
    /// </summary>
    public async IAsyncEnumerable<(IndexedRecord? Record, string? Damage)> ScanAsync(
        DataFileId file, long length, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string name = StoreNames.DataFile(file);
        RecordSeal seal = await SealOfAsync(file, cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[(2 * DataFileFormat.MaximumBody) + DataFileFormat.PrefixLength + 16];
        int filled = 0;
        int at = 0;
        long offset = DataFileFormat.HeaderLength;
        long next = offset;
        long damagedFrom = -1;
        while (offset + DataFileFormat.PrefixLength < length)
        {
            if (filled - at < DataFileFormat.MaximumRecord && next < length)
            {
                buffer.AsSpan(at, filled - at).CopyTo(buffer);
                filled -= at;
                at = 0;
                int read = await storage.ReadAsync(name, next, buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                next = read == 0 ? length : next + read;
                filled += read;
            }

            if (filled - at < DataFileFormat.PrefixLength)
            {
                break;
            }

            int whole = seal.ReadPrefix(buffer.AsSpan(at), null);
            IndexedRecord? record = whole > 0 && whole <= filled - at ? TryIndex(seal, buffer.AsSpan(at, whole), offset) : null;
            if (record is null && whole > 0 && whole <= filled - at && offset + whole + DataFileFormat.ClosingLength >= length && IsTrailer(seal, buffer.AsSpan(at, whole)))
            {
                // One that stands further in front belongs to a data file that was itself backed up, raw, into a record that is damaged.
                break;
            }

            if (record is null)
            {
                damagedFrom = damagedFrom < 0 ? offset : damagedFrom;
                int skip = buffer.AsSpan(at + 1, filled - at - 1).IndexOf(DataFileFormat.RecordMagic);
                skip = skip < 0 ? Math.Max(1, filled - at - 3) : skip + 1;
                at += skip;
                offset += skip;
                continue;
            }

            if (damagedFrom >= 0)
            {
                yield return (null, $"Data file {file} is damaged from byte {damagedFrom} to {offset}.");
                damagedFrom = -1;
            }

            yield return (record, null);
            at += whole;
            offset += whole;
        }

        if (damagedFrom >= 0)
        {
            yield return (null, $"Data file {file} is damaged from byte {damagedFrom} to its end at {length}.");
        }
    }

    /// <summary>Reads and decodes one record.</summary>
    /// <returns>The plain content of its blocks, one after the other, as long as <see cref="BlockLocation.PlainLength"/> says.</returns>
    /// <exception cref="InvalidDataException">The record is damaged, or is not the one that the location tells of.</exception>
    /// <exception cref="ObjectNotFoundException">The file is gone.</exception>
    public async ValueTask<byte[]> ReadRecordAsync(BlockLocation location, Decompressor decompressor, CancellationToken cancellationToken)
    {
        byte[] rented = System.Buffers.ArrayPool<byte>.Shared.Rent(location.RecordLength);
        try
        {
            Memory<byte> record = rented.AsMemory(0, location.RecordLength);
            await ReadExactlyAsync(StoreNames.DataFile(location.File), location.RecordOffset, record, cancellationToken).ConfigureAwait(false);
            RecordBody body = OpenRecord(await SealOfAsync(location.File, cancellationToken).ConfigureAwait(false), location.RecordNumber, record.Span, null);
            if (body.PlainLength != location.PlainLength)
            {
                throw new InvalidDataException("The record is not as long as the index says.");
            }

            byte[] plain = GC.AllocateUninitializedArray<byte>(body.PlainLength);
            decompressor.Decompress(body.Codec, body.Payload, plain);
            return plain;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Opens, in place, a record that was read.</summary>
    /// <param name="seal">The seal of the file that it is of.</param>
    /// <param name="number">Its number in the file.</param>
    /// <param name="record">The whole record; its body is opened in place, and the result points into it.</param>
    /// <param name="blocks">Gets hash and length of each block, where the caller wants them.</param>
    /// <exception cref="InvalidDataException">The record is damaged, or is another one.</exception>
    public RecordBody OpenRecord(RecordSeal seal, int number, Span<byte> record, List<(VtHash Hash, int Length)>? blocks)
    {
        return record.Length > DataFileFormat.PrefixLength + seal.TailLength && seal.ReadPrefix(record, (uint)number) == record.Length && seal.TryOpen(record)
            ? RecordBody.Read(Body(record, seal), hashName, blocks)
            : throw new InvalidDataException("The record's checksum does not match.");
    }

    private async ValueTask<byte[]> ReadHeaderAsync(DataFileId file, CancellationToken cancellationToken)
    {
        byte[] header = new byte[DataFileFormat.HeaderLength];
        await ReadExactlyAsync(StoreNames.DataFile(file), 0, header, cancellationToken).ConfigureAwait(false);
        DataFileFormat.CheckHeader(header, file, hashName);
        return header;
    }

    /// <summary>A file's seal. Where its header is damaged, one that opens its records all the same, though not its trailer.</summary>
    public async ValueTask<RecordSeal> SealOfAsync(DataFileId file, CancellationToken cancellationToken)
    {
        if (seals.Find(file) is { } known)
        {
            return known;
        }

        try
        {
            return seals.ForFile(file, await ReadHeaderAsync(file, cancellationToken).ConfigureAwait(false));
        }
        catch (InvalidDataException)
        {
            return seals.ForDamagedFile(file, hashName);
        }
    }

    private static Span<byte> Body(Span<byte> record, RecordSeal seal) => record[DataFileFormat.PrefixLength..^seal.TailLength];

    private static bool IsTrailer(RecordSeal seal, Span<byte> record) =>
        seal.ReadPrefix(record, DataFileFormat.TrailerNumber) == record.Length && seal.TryOpen(record.ToArray());

    private IndexedRecord? TryIndex(RecordSeal seal, Span<byte> record, long offset)
    {
        if (seal.ReadPrefix(record, DataFileFormat.TrailerNumber) == record.Length)
        {
            return null;
        }

        byte[] copy = record.ToArray();
        if (!seal.TryOpen(copy))
        {
            return null;
        }

        try
        {
            List<(VtHash, int)> blocks = [];
            RecordBody.Read(Body(copy, seal), hashName, blocks);
            return new IndexedRecord(offset, record.Length, blocks) { Number = BinaryPrimitives.ReadInt32LittleEndian(record[12..]) };
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private async ValueTask ReadExactlyAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!buffer.IsEmpty && await storage.ReadAsync(name, offset, buffer, cancellationToken).ConfigureAwait(false) != buffer.Length)
        {
            throw new InvalidDataException("The file is shorter than it was listed.");
        }
    }
}
