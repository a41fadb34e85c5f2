using VtPS.Engine.IO;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>A data file on its way into a Store: header, records, trailer, closing bytes. For one thread at a time.</summary>
internal sealed class DataFileWriter : IAsyncDisposable
{
    private readonly IObjectUpload _upload;
    private readonly RecordSeal _seal;
    private readonly VtHashName _hashName;
    private readonly List<IndexedRecord> _records = [];
    private int _trailerLength = 16;

    private DataFileWriter(DataFileId id, IObjectUpload upload, RecordSeal seal, VtHashName hashName)
    {
        Id = id;
        _upload = upload;
        _seal = seal;
        _hashName = hashName;
    }

    public DataFileId Id { get; }

    /// <summary>The file's length so far, in bytes.</summary>
    public long Length { get; private set; }

    public IReadOnlyList<IndexedRecord> Records => _records;

    /// <summary>Whether the file is as long as a data file should get.</summary>
    public bool IsFull => Length >= DataFileFormat.TargetLength || _trailerLength >= DataFileFormat.TargetTrailerLength;

    /// <summary>Begins a file under a new id.</summary>
    public static ValueTask<DataFileWriter> BeginAsync(
        IObjectStorage storage, VtHashName hashName, DataFileContent content, DataFileId lease, DataFileSeals seals, CancellationToken cancellationToken) =>
        BeginAsync(storage, hashName, content, DataFileId.New(), lease, seals, cancellationToken);

    /// <summary>Begins a file under an id that was never used before.</summary>
    internal static async ValueTask<DataFileWriter> BeginAsync(
        IObjectStorage storage, VtHashName hashName, DataFileContent content, DataFileId id, DataFileId lease, DataFileSeals seals, CancellationToken cancellationToken)
    {
        byte[] header = new byte[DataFileFormat.HeaderLength];
        DataFileFormat.WriteHeader(header, hashName, content, seals.Epoch, id, lease);
        RecordSeal seal = seals.ForNewFile(id, header);
        IObjectUpload upload = await storage.BeginPutAsync(StoreNames.DataFile(id), lease.ToString(), cancellationToken).ConfigureAwait(false);
        DataFileWriter writer = new(id, upload, seal, hashName);
        try
        {
            await writer.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return writer;
    }

    /// <summary>Closes the record that was gathered and appends it.</summary>
    public async ValueTask AppendAsync(Memory<byte> record, List<(VtHash Hash, int Length)> blocks, CancellationToken cancellationToken)
    {
        _seal.WritePrefix(record.Span, (uint)_records.Count, record.Length - DataFileFormat.PrefixLength - _seal.TailLength);
        _seal.Close(record.Span);
        _records.Add(new IndexedRecord(Length, record.Length, blocks.ToArray()));
        _trailerLength += 10 + (blocks.Count * (VtHashNames.Size(_hashName) + 4));
        await WriteAsync(record, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the seal makes of a record's length.</summary>
    public RecordShape Shape => _seal.Shape;

    /// <summary>Writes trailer and closing bytes and gives the file its name; when the task ends the file is durable.</summary>
    public async ValueTask SealAsync(CancellationToken cancellationToken)
    {
        ByteWriter body = new(_trailerLength + 64);
        DataFileTrailer.Write(body, _records);
        int bodyLength = _seal.Shape.BodyLength(body.Length);
        byte[] end = new byte[DataFileFormat.PrefixLength + bodyLength + _seal.TailLength + DataFileFormat.ClosingLength];
        Memory<byte> record = end.AsMemory(0, end.Length - DataFileFormat.ClosingLength);
        body.Written.CopyTo(record.Span[DataFileFormat.PrefixLength..]);
        _seal.WritePrefix(record.Span, DataFileFormat.TrailerNumber, bodyLength);
        _seal.Close(record.Span);
        DataFileFormat.WriteClosing(end.AsSpan(record.Length), Length, Length + end.Length);
        await WriteAsync(end, cancellationToken).ConfigureAwait(false);
        await _upload.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _upload.DisposeAsync();

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _upload.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        Length += bytes.Length;
    }
}
