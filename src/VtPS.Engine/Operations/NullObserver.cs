namespace VtPS.Engine.Operations;

/// <summary>Looks away.</summary>
internal sealed class NullObserver : IOperationObserver
{
    public static NullObserver Instance { get; } = new();

    public bool WantsItems => false;

    public bool WantsProgress => false;

    public void OnItem(VtFileResult item)
    {
    }

    public void OnError(VtError error)
    {
    }

    public void OnProgress(in OperationProgress progress)
    {
    }

    public void OnWarning(string message)
    {
    }
}
