using VtPS.Engine.Operations;

namespace VtPS.Cli.Output;

/// <summary>Watches an operation for the command line: errors and warnings to standard error, rows to standard output where they are asked for.</summary>
internal sealed class CliObserver : IOperationObserver
{
    private readonly ErrorWriter _errors;
    private readonly RowWriter<VtFileResult>? _rows;
    private int _errorCount;
    private int _damageCount;

    /// <summary>Makes an observer.</summary>
    /// <param name="errors">Where errors and progress go.</param>
    /// <param name="rows">Where rows go; null: nobody wants them.</param>
    public CliObserver(ErrorWriter errors, RowWriter<VtFileResult>? rows = null)
    {
        _errors = errors;
        _rows = rows;
    }

    /// <summary>Errors seen.</summary>
    public int ErrorCount => Volatile.Read(ref _errorCount);

    /// <summary>Of those, errors that say that the Store's own content is missing or damaged.</summary>
    public int DamageCount => Volatile.Read(ref _damageCount);

    /// <inheritdoc/>
    public bool WantsItems => _rows is not null;

    /// <inheritdoc/>
    public bool WantsProgress => _errors.ShowsProgress;

    /// <inheritdoc/>
    public void OnItem(VtFileResult item) => _rows?.Write(item);

    /// <inheritdoc/>
    public void OnError(VtError error)
    {
        Interlocked.Increment(ref _errorCount);
        if (error.Id is VtErrorId.BlockDamaged or VtErrorId.BlockNotFound or VtErrorId.DataFileDamaged)
        {
            Interlocked.Increment(ref _damageCount);
        }

        _errors.Error(error.Id, error.Message);
    }

    /// <inheritdoc/>
    public void OnProgress(in OperationProgress progress)
    {
        if (WantsProgress)
        {
            _errors.Progress(progress);
        }
    }

    /// <inheritdoc/>
    public void OnWarning(string message) => _errors.Note("Warning", message);
}
