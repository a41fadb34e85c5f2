using System.Diagnostics;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Restores;

/// <summary>Tells an observer how far a restore is, five times a second at most. Safe for use by many threads.</summary>
internal sealed class RestoreProgress(IOperationObserver observer, RestoreCounters counters, RestorePlan? totals)
{
    private const long IntervalMilliseconds = 200;

    private readonly bool _wanted = observer.WantsProgress;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private long _next = Environment.TickCount64;
    private long _lastBytes;
    private long _lastTime = Stopwatch.GetTimestamp();
    private double _rate;

    /// <summary>Whether it is time for <see cref="Report"/>; costs next to nothing.</summary>
    public bool IsDue => _wanted && Environment.TickCount64 >= Volatile.Read(ref _next);

    /// <summary>Reports, unless another thread just did.</summary>
    /// <param name="item">The item in hand, as text; null between items.</param>
    /// <param name="done">Inside a large item: bytes done.</param>
    /// <param name="total">Its size.</param>
    public void Report(string? item, long done, long total)
    {
        long now = Environment.TickCount64;
        lock (_gate)
        {
            if (!_wanted || now < _next)
            {
                return;
            }

            Volatile.Write(ref _next, now + IntervalMilliseconds);
            long bytes = Interlocked.Read(ref counters.BytesDone) + done;
            long items = Interlocked.Read(ref counters.ItemsDone);
            long time = Stopwatch.GetTimestamp();
            double seconds = Stopwatch.GetElapsedTime(_lastTime, time).TotalSeconds;
            if (seconds > 0)
            {
                // The last seconds count most: each report moves the rate a tenth of the way.
                double rate = Math.Max(0, bytes - _lastBytes) / seconds;
                _rate = _rate == 0 ? rate : (0.9 * _rate) + (0.1 * rate);
            }

            (_lastBytes, _lastTime) = (bytes, time);
            long? itemsTotal = totals is null ? null : totals.Files + totals.Directories + totals.Others;
            double? share = Share(items, itemsTotal, bytes);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(_started, time);
            observer.OnProgress(new OperationProgress
            {
                Activity = "Restoring",
                ItemsDone = items,
                ItemsTotal = itemsTotal,
                BytesDone = bytes,
                BytesTotal = totals?.Bytes,
                CurrentItem = item,
                CurrentDone = done,
                CurrentTotal = total,
                Rate = _rate,
                Percent = share * 100,
                Remaining = share is > 0.01 && elapsed.TotalSeconds > 1 ? elapsed * ((1 / share.Value) - 1) : null,
            });
        }
    }

    // Making a file takes about as long as writing 64 KiB: trees of small files and single large ones both come out about right.
    private double? Share(long items, long? itemsTotal, long bytes)
    {
        const double ItemCost = 65536;
        if (itemsTotal is null || totals is null)
        {
            return null;
        }

        double all = (itemsTotal.Value * ItemCost) + totals.Bytes;
        return all <= 0 ? null : Math.Clamp(((items * ItemCost) + bytes) / all, 0, 1);
    }
}
