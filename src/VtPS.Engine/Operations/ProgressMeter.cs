using System.Diagnostics;

namespace VtPS.Engine.Operations;

/// <summary>
/// Counts work as it is done and tells an observer of it five times a second, from a timer: the workers only add to counters.
/// Disposing tells it once more and stops. Safe for use by many threads.
/// </summary>
internal sealed class ProgressMeter : IDisposable
{
    private const int Period = 200;

    /// <summary>What an item costs beside its bytes, in bytes, when the time still needed is reckoned: opening and looking at it.</summary>
    private const long ItemCharge = 16 << 10;

    private readonly IOperationObserver _observer;
    private readonly string _activity;
    private readonly Timer? _timer;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Queue<(double Seconds, long Bytes)> _window = new();
    private readonly Lock _gate = new();
    private long _items;
    private long _bytes;
    private string? _current;
    private long _currentDone;
    private long _currentTotal;

    public ProgressMeter(IOperationObserver observer, string activity)
    {
        _observer = observer;
        _activity = activity;
        if (observer.WantsProgress)
        {
            _timer = new Timer(_ => Tell(), null, Period, Period);
        }
    }

    /// <summary>How many items there will be, as far as is known.</summary>
    public long? ItemsTotal { get; set; }

    /// <summary>How many bytes there will be, as far as is known.</summary>
    public long? BytesTotal { get; set; }

    public void AddItem() => Interlocked.Increment(ref _items);

    public void AddItems(long count) => Interlocked.Add(ref _items, count);

    public void AddBytes(long count) => Interlocked.Add(ref _bytes, count);

    /// <summary>Names the large item in hand; null when it is done.</summary>
    public void SetCurrent(string? item, long total)
    {
        lock (_gate)
        {
            _current = item;
            _currentDone = 0;
            _currentTotal = total;
        }
    }

    /// <summary>How far the large item is.</summary>
    public void SetCurrentDone(long done) => Interlocked.Exchange(ref _currentDone, done);

    public void Dispose()
    {
        if (_timer is not null)
        {
            using ManualResetEvent stopped = new(false);
            if (_timer.Dispose(stopped))
            {
                stopped.WaitOne();
            }

            Tell();
        }
    }

    private void Tell()
    {
        OperationProgress progress;
        lock (_gate)
        {
            double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            long items = Interlocked.Read(ref _items);
            long bytes = Interlocked.Read(ref _bytes);
            _window.Enqueue((seconds, bytes));
            while (_window.Count > 25)
            {
                _window.Dequeue();
            }

            (double then, long before) = _window.Peek();
            double rate = seconds > then ? (bytes - before) / (seconds - then) : 0;
            double? done = null;
            TimeSpan? remaining = null;
            if (BytesTotal is { } bytesTotal)
            {
                // Where items are not counted, bytes alone tell.
                double total = bytesTotal + ((ItemsTotal ?? 0) * (double)ItemCharge);
                double have = bytes + (ItemsTotal is null ? 0 : items * (double)ItemCharge);
                if (total > 0)
                {
                    // A total taken from an earlier run may turn out too small: the last percent waits for the end.
                    done = Math.Min(99, 100 * have / total);
                    if (have > 0 && have <= total && seconds > 1)
                    {
                        remaining = TimeSpan.FromSeconds(Math.Min(seconds * (total - have) / have, 1e8));
                    }
                }
            }

            progress = new OperationProgress
            {
                Activity = _activity,
                ItemsDone = items,
                ItemsTotal = ItemsTotal,
                BytesDone = bytes,
                BytesTotal = BytesTotal,
                CurrentItem = _current,
                CurrentDone = Interlocked.Read(ref _currentDone),
                CurrentTotal = _currentTotal,
                Rate = rate,
                Remaining = remaining,
                Percent = done,
            };
        }

        _observer.OnProgress(progress);
    }
}
