using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Copies blocks that are still needed out of data files into new ones, every byte checked on the way. For one thread at a time.</summary>
internal sealed class BlockCopier(StoreSession store) : IAsyncDisposable
{
    private readonly DataFileId _run = DataFileId.New();
    private readonly Decompressor _decompressor = new();
    private readonly RecordCompany _files = new(store.Config.Codec, store.Config.Level);
    private readonly RecordCompany _trees = new(store.Config.Codec, store.Config.Level);
    private readonly HashSet<BlockKey> _copied = [];
    private DataFileWriter? _openFiles;
    private DataFileWriter? _openTrees;

    /// <summary>Data files written, and their bytes.</summary>
    public long FilesWritten { get; private set; }

    public long BytesWritten { get; private set; }

    /// <summary>Copies the blocks of a file that are asked for and were not copied before.</summary>
    /// <exception cref="VtException">BlockDamaged: a block that is needed cannot be read. Nothing may be deleted then.</exception>
    public async Task CopyAsync(DataFileId file, IReadOnlyList<IndexedRecord> records, Func<BlockKey, bool> wanted, CancellationToken cancellationToken)
    {
        DataFileContent? content = null;
        for (int i = 0; i < records.Count; i++)
        {
            IndexedRecord record = records[i];
            if (!Wants(record, wanted))
            {
                continue;
            }

            content ??= await ReadContentAsync(file, cancellationToken).ConfigureAwait(false);
            byte[] plain = await ReadAsync(file, record, record.Number ?? i, cancellationToken).ConfigureAwait(false);
            int offset = 0;
            foreach ((VtHash hash, int length) in record.Blocks)
            {
                BlockKey key = BlockKey.Of(hash);
                if (wanted(key) && _copied.Add(key))
                {
                    ReadOnlyMemory<byte> block = plain.AsMemory(offset, length);
                    if (!BlockHasher.Compute(hash.Name, block.Span).Equals(hash))
                    {
                        throw Damaged(file, hash.ToString(), "its content does not have its hash.", null);
                    }

                    await AddAsync(content.Value, hash, block, cancellationToken).ConfigureAwait(false);
                }

                offset += length;
            }
        }
    }

    /// <summary>Makes everything that was copied durable. Comes before the originals are given up or deleted.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await FlushRecordAsync(DataFileContent.Files, cancellationToken).ConfigureAwait(false);
        await FlushRecordAsync(DataFileContent.Trees, cancellationToken).ConfigureAwait(false);
        await SealAsync(DataFileContent.Files).ConfigureAwait(false);
        await SealAsync(DataFileContent.Trees).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _decompressor.Dispose();
        _files.Dispose();
        _trees.Dispose();
        foreach (DataFileWriter? writer in (DataFileWriter?[])[_openFiles, _openTrees])
        {
            if (writer is not null)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private bool Wants(IndexedRecord record, Func<BlockKey, bool> wanted)
    {
        foreach ((VtHash hash, _) in record.Blocks)
        {
            BlockKey key = BlockKey.Of(hash);
            if (wanted(key) && !_copied.Contains(key))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<DataFileContent> ReadContentAsync(DataFileId file, CancellationToken cancellationToken)
    {
        try
        {
            return await store.DataFiles.ReadContentAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(file, "the header", e.Message, e);
        }
    }

    private async Task<byte[]> ReadAsync(DataFileId file, IndexedRecord record, int number, CancellationToken cancellationToken)
    {
        try
        {
            BlockLocation location = new(file, record.Offset, record.Length, number, 0, 0, record.PlainLength);
            return await store.DataFiles.ReadRecordAsync(location, _decompressor, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(file, $"record {number}", e.Message, e);
        }
    }

    private static VtException Damaged(DataFileId file, string what, string why, Exception? inner) =>
        new(VtErrorId.BlockDamaged, $"Nothing was deleted: {what} of data file {file} is needed and cannot be saved from it: {why} Run Test-VtStore -Data to see what it touches, and Repair-VtStore.", file.ToString(), inner);

    private async Task AddAsync(DataFileContent content, VtHash hash, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        RecordCompany company = content == DataFileContent.Files ? _files : _trees;
        if (!company.Fits(block.Length))
        {
            await FlushRecordAsync(content, cancellationToken).ConfigureAwait(false);
        }

        company.Add(hash, block.Span);
    }

    private async Task FlushRecordAsync(DataFileContent content, CancellationToken cancellationToken)
    {
        RecordCompany company = content == DataFileContent.Files ? _files : _trees;
        if (company.Blocks.Count == 0)
        {
            return;
        }

        DataFileWriter writer = await OpenAsync(content, cancellationToken).ConfigureAwait(false);
        await writer.AppendAsync(company.Encode(writer.Shape), company.Blocks, cancellationToken).ConfigureAwait(false);
        company.Clear();
        if (writer.IsFull)
        {
            await SealAsync(content).ConfigureAwait(false);
        }
    }

    private async Task<DataFileWriter> OpenAsync(DataFileContent content, CancellationToken cancellationToken)
    {
        if ((content == DataFileContent.Files ? _openFiles : _openTrees) is { } open)
        {
            return open;
        }

        DataFileWriter writer = await DataFileWriter.BeginAsync(store.Storage, store.Config.HashName, content, _run, store.Seals, cancellationToken).ConfigureAwait(false);
        if (content == DataFileContent.Files)
        {
            _openFiles = writer;
        }
        else
        {
            _openTrees = writer;
        }

        return writer;
    }

    private async Task SealAsync(DataFileContent content)
    {
        DataFileWriter? writer = content == DataFileContent.Files ? _openFiles : _openTrees;
        if (writer is null)
        {
            return;
        }

        await writer.SealAsync(CancellationToken.None).ConfigureAwait(false);
        store.Index.AddFile(writer.Id, writer.Length, writer.Records);
        FilesWritten++;
        BytesWritten += writer.Length;
        await writer.DisposeAsync().ConfigureAwait(false);
        if (content == DataFileContent.Files)
        {
            _openFiles = null;
        }
        else
        {
            _openTrees = null;
        }
    }
}
