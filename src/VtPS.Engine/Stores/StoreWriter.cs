using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// Writes into a packed Store under a lease: steps 1 to 6 of a writer's protocol (docs/durability.md). A block counts as present only if this writer's own
/// listing has its data file, or this writer put it. Safe for use by many threads.
/// </summary>
internal sealed class StoreWriter : IAsyncDisposable
{
    private readonly StoreSession _session;
    private readonly List<BlockPacker> _filePackers = [];
    private readonly List<BlockPacker> _treePackers = [];
    private readonly DataFileLane _files;
    private readonly DataFileLane _trees;
    private readonly string _operation;
    private WriterLease _lease;
    private Task _noting = Task.CompletedTask;
    private long _bytesStored;

    private StoreWriter(StoreSession session, string operation, WriterLease lease, CancellationToken stopping)
    {
        _session = session;
        _operation = operation;
        _lease = lease;
        Stopping = stopping;
        RecordShape shape = session.Seals.Shape;
        _files = new DataFileLane(token => BeginAsync(DataFileContent.Files, token), _ => ValueTask.CompletedTask, OnSealed) { Shape = shape };

        // A directory becomes durable only after what it stands on.
        _trees = new DataFileLane(token => BeginAsync(DataFileContent.Trees, token), _ => FlushFilesAsync(), OnSealed) { Shape = shape };
    }

    public VtHashName HashName => _session.Config.HashName;

    public IBlockIndex Index => _session.Index;

    public StoreSession Session => _session;

    /// <summary>Blocks taken and not sealed yet.</summary>
    public PendingBlocks Pending { get; } = new();

    /// <summary>Ends waits for the storage when the run has failed or is given up for good.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>The bytes of the data files sealed so far.</summary>
    public long BytesStored => Interlocked.Read(ref _bytesStored);

    public DataFileId LeaseId => _lease.Id;

    /// <summary>Takes a lease and looks at the Store: steps 1 to 4.</summary>
    public static async Task<StoreWriter> OpenAsync(StoreSession session, string operation, CancellationToken stopping)
    {
        WriterLease lease = await WriterLease.PutAsync(session.Storage, operation, stopping).ConfigureAwait(false);
        StoreWriter writer = new(session, operation, lease, stopping);
        try
        {
            await writer.LookAsync(stopping).ConfigureAwait(false);
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return writer;
    }

    /// <summary>A packer for one worker. <see cref="FlushAsync"/> flushes every packer made.</summary>
    public BlockPacker CreatePacker(DataFileContent content)
    {
        bool files = content == DataFileContent.Files;
        BlockPacker packer = new(this, files ? _files : _trees, new RecordCompany(_session.Config.Codec, _session.Config.Level));
        lock (_filePackers)
        {
            (files ? _filePackers : _treePackers).Add(packer);
        }

        return packer;
    }

    /// <summary>Whether a block will be there once everything taken so far is flushed.</summary>
    public bool Has(VtHash hash) => Index.Contains(hash) || Pending.Contains(hash);

    /// <summary>Makes everything that was taken before this call durable: file content first, then trees.</summary>
    public async Task FlushAsync()
    {
        await _noting.ConfigureAwait(false);
        await FlushFilesAsync().ConfigureAwait(false);
        FlushRecords(_treePackers);
        await _trees.FlushAsync(Stopping).ConfigureAwait(false);
    }

    /// <summary>Puts a small object, such as a backup, on behalf of this lease. Everything that it stands on was flushed before.</summary>
    public ValueTask PutAsync(string name, byte[] bytes) => _session.Storage.PutAsync(name, LeaseId.ToString(), bytes, Stopping);

    /// <summary>Step 6: whether the lease stood until now, after the commit. Only then may success be reported.</summary>
    public Task<bool> LeaseStandsAsync() => _lease.StandsAsync(Stopping);

    /// <summary>After a burial: takes a new lease and looks again, so that everything can be checked anew.</summary>
    public async Task RenewAsync()
    {
        await _noting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lease.DisposeAsync().ConfigureAwait(false);
        _lease = await WriterLease.PutAsync(_session.Storage, _operation, Stopping).ConfigureAwait(false);
        await LookAsync(Stopping).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _trees.DisposeAsync().ConfigureAwait(false);
        await _files.DisposeAsync().ConfigureAwait(false);
        foreach (BlockPacker packer in _filePackers.Concat(_treePackers))
        {
            packer.Dispose();
        }

        await _noting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lease.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask FlushFilesAsync()
    {
        FlushRecords(_filePackers);
        await _files.FlushAsync(Stopping).ConfigureAwait(false);
    }

    private void FlushRecords(List<BlockPacker> packers)
    {
        BlockPacker[] all;
        lock (_filePackers)
        {
            all = [.. packers];
        }

        foreach (BlockPacker packer in all)
        {
            packer.FlushRecord();
        }
    }

    /// <summary>Steps 2 to 4, in that order.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await _session.CheckEpochAsync(cancellationToken).ConfigureAwait(false);
        StoreListing listing = await StoreListing.ReadAsync(_session.Storage, cancellationToken, _session.Rules).ConfigureAwait(false);
        _noting = _lease.NoteAsync([.. listing.Trash.Select(t => t.Name)], cancellationToken);
        if (_session.RawStorage is not IDistantStorage)
        {
            // Elsewhere the note is put beside the work: until it is there nothing is deleted that it would allow.
            await _noting.ConfigureAwait(false);
        }

        await _session.ApplyAsync(listing, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<DataFileWriter> BeginAsync(DataFileContent content, CancellationToken cancellationToken) =>
        DataFileWriter.BeginAsync(_session.Storage, HashName, content, LeaseId, _session.Seals, cancellationToken);

    private void OnSealed(DataFileWriter writer)
    {
        Index.AddFile(writer.Id, writer.Length, writer.Records);
        foreach (IndexedRecord record in writer.Records)
        {
            for (int i = 0; i < record.Blocks.Count; i++)
            {
                Pending.Remove(record.Blocks[i].Hash);
            }
        }

        Interlocked.Add(ref _bytesStored, writer.Length);
    }
}
