using VtPS.Engine.Operations;

namespace VtPS.Engine.Backups;

/// <summary>Passes everything on. If whoever is told fails as a file does, that ends the run, and is not taken for a failure of the item in hand.</summary>
/// <param name="observer">Told of everything.</param>
/// <param name="end">Ends the run with what was thrown.</param>
internal sealed class EndingObserver(IOperationObserver observer, Action<Exception> end) : IOperationObserver
{
    public bool WantsItems => observer.WantsItems;

    public bool WantsProgress => observer.WantsProgress;

    public void OnItem(VtFileResult item)
    {
        try
        {
            observer.OnItem(item);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Ended(e);
        }
    }

    public void OnError(VtError error)
    {
        try
        {
            observer.OnError(error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Ended(e);
        }
    }

    public void OnProgress(in OperationProgress progress) => observer.OnProgress(progress);

    public void OnWarning(string message) => observer.OnWarning(message);

    private OperationCanceledException Ended(Exception e)
    {
        end(e);
        return new OperationCanceledException("The run was ended: what it reports cannot be written.", e);
    }
}
