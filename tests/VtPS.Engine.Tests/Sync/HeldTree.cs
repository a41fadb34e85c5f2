using System.Diagnostics;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Sync;

namespace VtPS.Engine.Tests.Sync;

/// <summary>The far end of a sync that scans and applies until it is let go.</summary>
internal sealed class HeldTree : IStoreService
{
    private readonly ServedObserver _observer = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public byte[] Greeting => [];

    /// <summary>Whether the client wanted progress of its last call.</summary>
    public bool WasWanted { get; private set; }

    /// <summary>How many calls were begun.</summary>
    public int Calls { get; private set; }

    /// <summary>How long the last call took.</summary>
    public TimeSpan Took { get; private set; }

    public void Release() => _release.TrySetResult();

    public async Task HandleAsync(IncomingCall call)
    {
        if (call.Method == PeerMethod.CloseTree)
        {
            await call.AnswerAsync(default);
            return;
        }

        long began = Stopwatch.GetTimestamp();
        WasWanted = call.WantsProgress;
        _observer.Begin(call);
        Calls++;
        using (ProgressMeter meter = new(_observer, "Scanning") { ItemsTotal = 8, BytesTotal = 4000 })
        {
            meter.AddItems(2);
            meter.AddBytes(1000);
            await _release.Task.WaitAsync(TimeSpan.FromSeconds(30), call.Cancelled);
        }

        Took = Stopwatch.GetElapsedTime(began);
        _observer.End();
        await call.AnswerAsync(default, withBody: true);
        byte[] answer = call.Method == PeerMethod.ExecuteSync
            ? SyncMessages.Write(new ExecuteSummary(new Dictionary<int, ActionOutcome>(), []))
            : SyncMessages.Write(new ScanSummary(Histories.VersionVector.Empty, false, 0, 0, 0, 0, []));
        await Packets.SendAllAsync(call, answer, call.Cancelled);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
