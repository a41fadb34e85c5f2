namespace VtPS;

/// <summary>What became of an action of a sync.</summary>
public enum VtSyncActionStatus
{
    /// <summary>It would be done.</summary>
    Planned,

    /// <summary>It was done.</summary>
    Done,

    /// <summary>It waits for the next sync: the entry changed on this side meanwhile, or its name was taken.</summary>
    Waiting,

    /// <summary>It could not be done; an error was reported. The next sync tries it again.</summary>
    Failed,
}
