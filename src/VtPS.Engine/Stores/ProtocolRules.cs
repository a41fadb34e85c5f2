namespace VtPS.Engine.Stores;

/// <summary>
/// The rules that deletion beside running writers stands on. All hold, always; tests take one away at a time to see that the search for schedules that lose data finds one.
/// </summary>
internal sealed record ProtocolRules
{
    /// <summary>Every rule.</summary>
    public static ProtocolRules All { get; } = new();

    /// <summary>Whoever looks at the Store lists the trash before the data files.</summary>
    public bool TrashBeforeFiles { get; init; } = true;

    /// <summary>What was given up is deleted only once every standing lease has noted that its writer has read so.</summary>
    public bool WaitForNotes { get; init; } = true;

    /// <summary>A writer looks at its lease after the commit, before it reports success.</summary>
    public bool LookAtLease { get; init; } = true;

    /// <summary>Before what was given up is deleted, what is needed of it by the present mark is copied.</summary>
    public bool SaveBeforeDeletion { get; init; } = true;

    /// <summary>An optimize run lists the leases before the backups.</summary>
    public bool LeasesBeforeBackups { get; init; } = true;
}
