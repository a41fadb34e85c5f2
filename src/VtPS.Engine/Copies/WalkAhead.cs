using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>
/// Walks the trees of backups, in the order in which they are to be copied, ahead of whoever copies them: while the destination is still being opened, and beside what
/// is sent. What it finds is looked up in the destination when it is taken. What was met in one backup is not gone into again for a later one, as long as
/// <see cref="ForgetAsync"/> does not say that one of them was not copied. Keeps a bounded part of what it found, and waits then. For one caller at a time.
/// </summary>
/// <param name="source">The Store that has the backups.</param>
/// <param name="backups">The backups.</param>
internal sealed class WalkAhead(StoreSession source, IReadOnlyList<VtBackup> backups) : IAsyncDisposable
{
    /// <summary>What is kept at most: about as much as a <see cref="CopyWindow"/> holds.</summary>
    private const int Batches = 128;
    private const int BatchLength = 1024;

    private CancellationTokenSource _stop = new();
    private Channel<Batch>? _batches;
    private Task _walking = Task.CompletedTask;
    private volatile Func<VtHash, bool>? _isComplete;
    private int _next;

    /// <summary>Begins before it is known whether anything is to be copied.</summary>
    public void Start()
    {
        _batches = Channel.CreateBounded<Batch>(new BoundedChannelOptions(Batches) { SingleReader = true, SingleWriter = true });
        _walking = Task.Run(() => WalkAsync(_batches.Writer, backups.Skip(_next), _stop.Token));
    }

    /// <summary>Passes on what is found of a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="has">Whether the destination has a block.</param>
    /// <param name="isComplete">Whether the destination has a directory or side-car with everything below it; asked from now on.</param>
    /// <param name="sink">Takes what the destination lacks.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="UnreadableBackupException">A part of the backup cannot be read.</exception>
    public async Task TakeAsync(VtBackup backup, Func<VtHash, bool> has, Func<VtHash, bool> isComplete, IMissingBlockSink sink, CancellationToken cancellationToken)
    {
        _isComplete = isComplete;
        if (_batches is null || _next == backups.Count || !IsSame(backups[_next], backup))
        {
            await ForgetAsync().ConfigureAwait(false);
            _next = 0;
            while (_next < backups.Count && !IsSame(backups[_next], backup))
            {
                _next++;
            }

            if (_next == backups.Count)
            {
                // It is another than it was said to be.
                await new TreeDifference(source, has, isComplete, sink).WalkAsync(backup, cancellationToken).ConfigureAwait(false);
                return;
            }

            Start();
        }

        bool isLast = false;
        while (!isLast)
        {
            Batch batch = await _batches!.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (Step step in batch.Steps)
            {
                await TakeAsync(step, has, sink, cancellationToken).ConfigureAwait(false);
            }

            batch.Failure?.Throw();
            isLast = batch.IsLast;
        }

        _next++;
    }

    /// <summary>Stops, and forgets what was met: for when a backup was not copied, or need not be.</summary>
    public async Task ForgetAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _walking.ConfigureAwait(false);
        _batches = null;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static bool IsSame(VtBackup walked, VtBackup wanted) => walked.Id == wanted.Id && walked.Root == wanted.Root && Equals(walked.SideCar, wanted.SideCar);

    private static async ValueTask TakeAsync(Step step, Func<VtHash, bool> has, IMissingBlockSink sink, CancellationToken cancellationToken)
    {
        if (step.Finished is { } node)
        {
            node.Blocks.RemoveAll(block => has(block.Hash));
            await sink.FinishAsync(node, cancellationToken).ConfigureAwait(false);
        }
        else if (step.Content.Hash is { } hash && !has(hash))
        {
            await sink.AddContentAsync(step.Content, cancellationToken).ConfigureAwait(false);
        }

        sink.LookedAt(step.LookedAt);
    }

    private async Task WalkAsync(ChannelWriter<Batch> batches, IEnumerable<VtBackup> all, CancellationToken cancellationToken)
    {
        Gatherer gatherer = new(batches);
        TreeDifference trees = new(source, static _ => false, hash => _isComplete?.Invoke(hash) == true, gatherer);
        try
        {
            foreach (VtBackup backup in all)
            {
                await trees.WalkAsync(backup, cancellationToken).ConfigureAwait(false);
                await gatherer.SendAsync(isLast: true, null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for more.
        }
        catch (Exception e)
        {
            // For whoever takes the backup that it is of.
            await gatherer.SendAsync(isLast: true, ExceptionDispatchInfo.Capture(e), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A block of content that is needed, or a directory that is finished; and how many bytes of files were looked at since the step before.</summary>
    private record struct Step(MissingBlock Content, CopyNode? Finished, long LookedAt);

    /// <summary>Steps in their order; whether a backup ends with them; and what ended it, if it was not walked whole.</summary>
    private sealed record Batch(List<Step> Steps, bool IsLast, ExceptionDispatchInfo? Failure);

    private sealed class Gatherer(ChannelWriter<Batch> batches) : IMissingBlockSink
    {
        private List<Step> _steps = new(BatchLength);

        public ValueTask AddContentAsync(MissingBlock block, CancellationToken cancellationToken) => AddAsync(new Step(block, null, 0), cancellationToken);

        public ValueTask FinishAsync(CopyNode node, CancellationToken cancellationToken) => AddAsync(new Step(default, node, 0), cancellationToken);

        public void LookedAt(long length)
        {
            if (_steps.Count == 0)
            {
                _steps.Add(default);
            }

            _steps[^1] = _steps[^1] with { LookedAt = _steps[^1].LookedAt + length };
        }

        public async Task SendAsync(bool isLast, ExceptionDispatchInfo? failure, CancellationToken cancellationToken)
        {
            await batches.WriteAsync(new Batch(_steps, isLast, failure), cancellationToken).ConfigureAwait(false);
            _steps = new List<Step>(BatchLength);
        }

        private ValueTask AddAsync(Step step, CancellationToken cancellationToken)
        {
            if (_steps.Count < BatchLength)
            {
                _steps.Add(step);
                return ValueTask.CompletedTask;
            }

            return SendAndAddAsync(step, cancellationToken);
        }

        private async ValueTask SendAndAddAsync(Step step, CancellationToken cancellationToken)
        {
            await SendAsync(isLast: false, null, cancellationToken).ConfigureAwait(false);
            _steps.Add(step);
        }
    }
}
