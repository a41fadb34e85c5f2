namespace VtPS.Engine.Backups;

/// <summary>Something for a worker to do.</summary>
internal interface IWork
{
    /// <summary>Does it. What goes wrong with an item is reported, not thrown; what is thrown ends the run.</summary>
    void Run(BackupWorker worker);

    /// <summary>Lets go of what it holds, undone.</summary>
    void Drop();
}
