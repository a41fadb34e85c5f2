namespace VtPS.Engine.Operations;

/// <summary>
/// Watches an operation. The methods are called by worker threads, several at once; they must be quick and must not throw,
/// or the operation ends with what they threw.
/// </summary>
internal interface IOperationObserver
{
    /// <summary>Whether <see cref="OnItem"/> is wanted: operations make no rows that nobody reads.</summary>
    bool WantsItems { get; }

    /// <summary>Whether <see cref="OnProgress"/> is wanted.</summary>
    bool WantsProgress { get; }

    /// <summary>An item is done.</summary>
    void OnItem(VtFileResult item);

    /// <summary>An item failed; the work goes on.</summary>
    void OnError(VtError error);

    /// <summary>How far the work is: at most five times a second.</summary>
    void OnProgress(in OperationProgress progress);

    /// <summary>A sentence that a user should see once, such as the choice of another codec.</summary>
    void OnWarning(string message);
}
