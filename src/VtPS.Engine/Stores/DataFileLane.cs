using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// The stream of data files of one kind that a writer makes: records are appended to the open file; a full one is sealed in the background
/// while the next is written. Safe for use by many threads.
/// </summary>
internal sealed class DataFileLane : IAsyncDisposable
{
    private readonly Func<CancellationToken, ValueTask<DataFileWriter>> _begin;
    private readonly Func<DataFileWriter, ValueTask> _beforeSeal;
    private readonly Action<DataFileWriter> _sealed;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private DataFileWriter? _open;
    private Task _sealing = Task.CompletedTask;

    /// <summary>Makes a lane.</summary>
    /// <param name="begin">Begins a data file.</param>
    /// <param name="beforeSeal">Awaited before a file is sealed: what it stands on must be durable first.</param>
    /// <param name="onSealed">Told of each file once it is durable.</param>
    public DataFileLane(Func<CancellationToken, ValueTask<DataFileWriter>> begin, Func<DataFileWriter, ValueTask> beforeSeal, Action<DataFileWriter> onSealed)
    {
        _begin = begin;
        _beforeSeal = beforeSeal;
        _sealed = onSealed;
    }

    /// <summary>What the Store's seal makes of a record's length.</summary>
    public required RecordShape Shape { get; init; }

    /// <summary>Appends a record.</summary>
    public async ValueTask AppendAsync(Memory<byte> record, List<(VtHash Hash, int Length)> blocks, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _open ??= await _begin(cancellationToken).ConfigureAwait(false);
            await _open.AppendAsync(record, blocks, cancellationToken).ConfigureAwait(false);
            if (_open.IsFull)
            {
                await StartSealAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Seals what is open and waits until every file of the lane is durable.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        Task sealing;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_open is not null)
            {
                await StartSealAsync().ConfigureAwait(false);
            }

            sealing = _sealing;
        }
        finally
        {
            _gate.Release();
        }

        await sealing.ConfigureAwait(false);
    }

    /// <summary>Gives up what is open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sealing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_open is not null)
        {
            await _open.DisposeAsync().ConfigureAwait(false);
            _open = null;
        }

        _gate.Dispose();
    }

    /// <summary>Sends the open file to be sealed once the one before it is: at most two files are in memory or unsealed at a time.</summary>
    private async ValueTask StartSealAsync()
    {
        DataFileWriter writer = _open!;
        _open = null;
        Task before = _sealing;
        try
        {
            await before.ConfigureAwait(false);
        }
        catch
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _sealing = Task.Run(() => SealAsync(writer));
    }

    private async Task SealAsync(DataFileWriter writer)
    {
        await using (writer.ConfigureAwait(false))
        {
            await _beforeSeal(writer).ConfigureAwait(false);

            // Not cancellable: what was begun to be sealed is finished, so that a stopped run keeps it.
            await writer.SealAsync(CancellationToken.None).ConfigureAwait(false);
            _sealed(writer);
        }
    }
}
