using System.Management.Automation;
using VtPS.Engine.Operations;

namespace VtPS.Pipeline;

/// <summary>Hands what an operation reports to the pipeline thread: rows, errors, warnings, progress.</summary>
/// <param name="post">Posts an action and waits while the pipeline thread is behind.</param>
/// <param name="tryPost">Posts an action that may be lost.</param>
/// <param name="command">The command that writes.</param>
/// <param name="wantsItems">Whether rows are written.</param>
/// <param name="wantsProgress">Whether progress is shown.</param>
internal sealed class CommandObserver(Action<Action> post, Action<Action> tryPost, Cmdlet command, bool wantsItems, bool wantsProgress)
    : IOperationObserver
{
    private const int ActivityId = 0x5674;

    private string? _activity;

    /// <inheritdoc/>
    public bool WantsItems => wantsItems;

    /// <inheritdoc/>
    public bool WantsProgress => wantsProgress;

    /// <inheritdoc/>
    public void OnItem(VtFileResult item)
    {
        if (wantsItems)
        {
            post(() => command.WriteObject(item));
        }
    }

    /// <inheritdoc/>
    public void OnError(VtError error) => post(() => command.WriteError(ErrorRecords.From(error)));

    /// <inheritdoc/>
    public void OnWarning(string message) => post(() => command.WriteWarning(message));

    /// <inheritdoc/>
    public void OnProgress(in OperationProgress progress)
    {
        if (!wantsProgress)
        {
            return;
        }

        ProgressRecord record = ProgressText.Record(ActivityId, progress);
        tryPost(() =>
        {
            _activity = record.Activity;
            command.WriteProgress(record);
        });
    }

    /// <summary>Takes the progress off the screen; on the pipeline thread, when the operation has ended.</summary>
    public void EndProgress()
    {
        if (_activity is not null)
        {
            command.WriteProgress(new ProgressRecord(ActivityId, _activity, " ") { RecordType = ProgressRecordType.Completed });
        }
    }
}
