using System.Collections.Concurrent;
using System.Management.Automation;
using System.Runtime.ExceptionServices;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>
/// A command whose work runs on other threads and can be stopped at any time. The pipeline thread alone writes and asks: workers post
/// actions to a queue that it drains. However the command ends (its end, Ctrl-C, a reader that wants no more, an error elsewhere in the
/// pipeline), the work is cancelled and waited for, so that what the engine began is brought to its end.
/// </summary>
public abstract class VtCommand : PSCmdlet, IDisposable
{
    /// <summary>How long a command waits for its work to end once it is cancelled; only storage that hangs takes longer.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private PipelineQueue? _queue;
    private Task? _work;
    private bool _disposed;

    private protected VtCommand()
    {
    }

    /// <summary>Cancelled when the command is to stop, for whatever reason.</summary>
    private protected CancellationToken StopToken => _stop.Token;

    /// <summary>Whether <see cref="Start"/> was called and <see cref="Finish"/> has not yet returned.</summary>
    private protected bool IsRunning => _work is not null;

    /// <summary>Cancels the work and waits for it. Called by PowerShell, always and last; writes nothing.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();
        bool ended = Abandon();
        if (ended)
        {
            _queue?.Dispose();
            ReleaseAsync().AsTask().GetAwaiter().GetResult();
            _stop.Dispose();
        }
        else
        {
            // Storage hangs: what the work uses is released when it lets go, whenever that is.
            _work!.ContinueWith(_ => ReleaseAsync().AsTask(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels; the pipeline thread sees the work end. Called by PowerShell on another thread.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Releases what the command holds, once no work uses it any more.</summary>
    private protected virtual ValueTask ReleaseAsync() => ValueTask.CompletedTask;

    /// <summary>Hands an action to the pipeline thread; for workers. Dropped when the pipeline has ended.</summary>
    private protected void Post(Action action) => _queue?.Post(action);

    /// <summary>As <see cref="Post"/>, but dropped too when the pipeline thread is behind.</summary>
    private protected void TryPost(Action action) => _queue?.TryPost(action);

    /// <summary>Runs work on other threads, and meanwhile, here, what it posts.</summary>
    private protected void Run(Func<CancellationToken, Task> work)
    {
        Start(work);
        Finish();
    }

    /// <summary>Starts work on other threads. <see cref="Finish"/> must follow.</summary>
    private protected void Start(Func<CancellationToken, Task> work)
    {
        PipelineQueue queue = new();
        _queue = queue;
        _work = Task.Run(
            async () =>
            {
                try
                {
                    await work(StopToken).ConfigureAwait(false);
                }
                finally
                {
                    queue.Complete();
                }
            },
            CancellationToken.None);
    }

    /// <summary>Runs what is posted until <paramref name="task"/> is done, or the work itself.</summary>
    private protected void PumpUntil(Task task)
    {
        PipelineQueue queue = _queue!;
        task.ContinueWith(_ => queue.Wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Pump(queue, task);
    }

    /// <summary>Runs what is posted and does not wait for more.</summary>
    private protected void PumpNow()
    {
        try
        {
            while (_queue!.TryTakeNow(out Action? action))
            {
                action();
            }
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    /// <summary>Runs what is posted until the work is done, and raises its error, if it had one, as a terminating error.</summary>
    private protected void Finish()
    {
        Task work = _work!;
        Pump(_queue!, until: null);
        ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        _queue!.Dispose();
        _queue = null;
        _work = null;
        Rethrow(work);
    }

    /// <summary>Runs something that writes nothing on another thread and waits for it; its error becomes a terminating one.</summary>
    private protected T Await<T>(Func<CancellationToken, Task<T>> work)
    {
        Task<T> task = Task.Run(() => work(StopToken), CancellationToken.None);
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        Rethrow(task);
        return task.Result;
    }

    /// <summary>As <see cref="Await"/>, but an error about an item alone is written, and the result is then null.</summary>
    /// <param name="work">What to wait for.</param>
    /// <param name="target">What the error names where it names nothing itself.</param>
    /// <param name="mayEnd">False: an error that says that a Store cannot be used is written too, for it is one item of several.</param>
    private protected T? AwaitItem<T>(Func<CancellationToken, Task<T>> work, object? target, bool mayEnd = true)
        where T : class
    {
        Task<T> task = Task.Run(() => work(StopToken), CancellationToken.None);
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        if (task.Exception?.InnerException is VtException exception)
        {
            if (mayEnd)
            {
                Report(exception, target);
            }
            else
            {
                WriteError(ErrorRecords.From(exception, target));
            }

            return null;
        }

        Rethrow(task);
        return task.Result;
    }

    /// <summary>
    /// Takes a sequence item by item here, on the pipeline thread, so that nothing is read ahead of the reader downstream.
    /// An error about an item alone is written and ends the sequence, not the command.
    /// </summary>
    /// <param name="source">The sequence.</param>
    /// <param name="each">Called with each item.</param>
    /// <param name="target">What an error names where it names nothing itself.</param>
    /// <param name="damaged">What the sequence leaves out and reports, from whatever thread; written between the items. Null: it reports nothing.</param>
    private protected void Stream<T>(IAsyncEnumerable<T> source, Action<T> each, object? target, ConcurrentQueue<VtException>? damaged = null)
    {
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(StopToken);
        try
        {
            while (Next(items))
            {
                ReportAll(damaged);
                each(items.Current);
            }

            ReportAll(damaged);
        }
        catch (VtException exception)
        {
            ReportAll(damaged);
            Report(exception, target);
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        finally
        {
            ValueTask disposal = items.DisposeAsync();
            if (!disposal.IsCompletedSuccessfully)
            {
                disposal.AsTask().GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>An observer that writes to this command's pipeline.</summary>
    private protected CommandObserver Observe(bool wantsItems) =>
        new(Post, TryPost, this, wantsItems, !IsSilent("ProgressAction", "ProgressPreference"));

    /// <summary>Whether the command is only to say what it would do, or asks first: then a plan is worth its time.</summary>
    private protected bool WantsPlan()
    {
        if (IsWhatIf())
        {
            return true;
        }

        return MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm)
            ? (SwitchParameter)confirm
            : LanguagePrimitives.TryConvertTo(GetVariableValue("ConfirmPreference"), out ConfirmImpact preference)
                && preference is not ConfirmImpact.None && preference <= ConfirmImpact.Medium;
    }

    /// <summary>Whether the command is only to say what it would do.</summary>
    private protected bool IsWhatIf() =>
        MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? whatIf) ? (SwitchParameter)whatIf : IsTrue("WhatIfPreference");

    /// <summary>Writes an error about an item; raises one that ends the command.</summary>
    private protected void Report(VtException exception, object? target = null)
    {
        ErrorRecord record = ErrorRecords.From(exception, target);
        if (ErrorRecords.EndsCommand(exception.ErrorId))
        {
            ThrowTerminatingError(record);
        }

        WriteError(record);
    }

    /// <summary>Raises an error that ends the command.</summary>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private protected void Fail(VtException exception, object? target = null)
    {
        ThrowTerminatingError(ErrorRecords.From(exception, target));
        throw exception;
    }

    private bool IsTrue(string variable) => LanguagePrimitives.IsTrue(GetVariableValue(variable));

    private bool IsSilent(string parameter, string variable)
    {
        object? value = MyInvocation.BoundParameters.TryGetValue(parameter, out object? bound) ? bound : GetVariableValue(variable);
        return LanguagePrimitives.TryConvertTo(value, out ActionPreference preference)
            && preference is ActionPreference.SilentlyContinue or ActionPreference.Ignore;
    }

    private void ReportAll(ConcurrentQueue<VtException>? damaged)
    {
        while (damaged is not null && damaged.TryDequeue(out VtException? exception))
        {
            WriteError(ErrorRecords.From(exception));
        }
    }

    private static bool Next<T>(IAsyncEnumerator<T> items)
    {
        ValueTask<bool> next = items.MoveNextAsync();
        return next.IsCompletedSuccessfully ? next.Result : next.AsTask().GetAwaiter().GetResult();
    }

    private void Pump(PipelineQueue queue, Task? until)
    {
        try
        {
            while (until is not { IsCompleted: true } && queue.TryTake(out Action? action))
            {
                action();
            }
        }
        catch
        {
            // A write or a question was refused: the pipeline stops here. The work is brought to its end before anyone hears of it.
            Abandon();
            throw;
        }
    }

    /// <summary>Cancels the work, drops what it still posts, and waits. True when it has ended, or there was none.</summary>
    private bool Abandon()
    {
        if (_work is not { } work)
        {
            return true;
        }

        _stop.Cancel();
        _queue!.Close();
        return ((IAsyncResult)work).AsyncWaitHandle.WaitOne(StopPatience);
    }

    private void Rethrow(Task task)
    {
        switch (task.Exception?.InnerException ?? (task.IsCanceled ? new OperationCanceledException() : null))
        {
            case null:
                break;
            case OperationCanceledException when StopToken.IsCancellationRequested:
                throw new PipelineStoppedException();
            case VtException exception:
                Fail(exception);
                break;
            case { } exception:
                ExceptionDispatchInfo.Throw(exception);
                break;
        }
    }
}
