using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// A running writer's lease: its object, its beats, and the trash objects that it has read. While it stands, no optimize run deletes
/// a data file that was given up after this writer looked. For one writer; beats come from a timer.
/// </summary>
internal sealed class WriterLease : IAsyncDisposable
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromMinutes(1);

    private readonly IObjectStorage _storage;
    private readonly SemaphoreSlim _beating = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly IAsyncDisposable? _lock;
    private readonly bool _isDistant;
    private IReadOnlyList<string> _trash = [];
    private long _beat;
    private Task _timer = Task.CompletedTask;

    private WriterLease(IObjectStorage storage, DataFileId id, IAsyncDisposable? held)
    {
        _storage = storage;
        Id = id;
        _lock = held;
        _isDistant = SealedStorage.FindDistant(storage) is not null;
    }

    public DataFileId Id { get; }

    private string Name => StoreNames.Lease(Id.ToString());

    /// <summary>Puts the lease. The writer's next steps are <see cref="StoreListing.ReadAsync"/> and <see cref="NoteAsync"/>.</summary>
    public static async Task<WriterLease> PutAsync(IObjectStorage storage, string operation, CancellationToken cancellationToken)
    {
        DataFileId id = DataFileId.New();
        string name = StoreNames.Lease(id.ToString());
        string? boot = storage.LockDomain;
        IAsyncDisposable? held = boot is null ? null : await storage.TryPutLockedAsync(name, LeaseRecord.Write(id, operation, boot, true), cancellationToken).ConfigureAwait(false);
        if (held is null)
        {
            await storage.PutAsync(name, id.ToString(), LeaseRecord.Write(id, operation, boot, false), cancellationToken).ConfigureAwait(false);
        }

        return new WriterLease(storage, id, held);
    }

    /// <summary>Notes in the lease which trash objects the writer has read, and begins to give signs of life.</summary>
    public async Task NoteAsync(IReadOnlyList<string> trash, CancellationToken cancellationToken)
    {
        _trash = trash;
        await BeatAsync(cancellationToken).ConfigureAwait(false);
        if (_timer.IsCompleted)
        {
            _timer = Task.Run(BeatForeverAsync, CancellationToken.None);
        }
    }

    /// <summary>Whether the lease still stands, or someone has judged this writer dead.</summary>
    public async Task<bool> StandsAsync(CancellationToken cancellationToken) =>
        await _storage.GetLengthAsync(Name, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Ends the lease, whether or not it still stands. Objects that cannot be deleted are left for an optimize run.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _timer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_isDistant)
        {
            // In any order, for the writer is done: a lease without its beat has noted nothing, and one without its lock is buried.
            await Task.WhenAll(DeleteAsync(Name), DeleteBeatAsync(), FreeAsync()).ConfigureAwait(false);
        }
        else
        {
            // The lease's own object goes first: beats without it mean nothing.
            if (await DeleteAsync(Name).ConfigureAwait(false))
            {
                await DeleteBeatAsync().ConfigureAwait(false);
            }

            await FreeAsync().ConfigureAwait(false);
        }

        _ended.Dispose();
        _beating.Dispose();
    }

    private Task<bool> DeleteBeatAsync() => _beat > 0 ? DeleteAsync(StoreNames.Beat(Id.ToString(), _beat)) : Task.FromResult(true);

    private async Task<bool> DeleteAsync(string name)
    {
        try
        {
            await _storage.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is VtException or IOException)
        {
            return false;
        }
    }

    private async Task FreeAsync()
    {
        if (_lock is not null)
        {
            await _lock.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task BeatForeverAsync()
    {
        using PeriodicTimer timer = new(BeatInterval);
        while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
        {
            try
            {
                await BeatAsync(_ended.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is VtException or IOException)
            {
                // A beat that cannot be put is tried again at the next tick; should the lease be buried meanwhile, the writer finds out at its end.
            }
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        await _beating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string id = Id.ToString();
            long number = _beat + 1;
            await _storage.PutAsync(StoreNames.Beat(id, number), id, LeaseRecord.WriteBeat(Id, number, _trash), cancellationToken).ConfigureAwait(false);
            _beat = number;
            if (number > 1)
            {
                await _storage.DeleteAsync(StoreNames.Beat(id, number - 1), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _beating.Release();
        }
    }
}
