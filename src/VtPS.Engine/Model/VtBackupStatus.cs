namespace VtPS;

/// <summary>How a backup run ended.</summary>
public enum VtBackupStatus
{
    /// <summary>Everything that was asked for is in the backup.</summary>
    Complete,

    /// <summary>The run reached its end, but some items could not be read; each was reported.</summary>
    CompleteWithErrors,

    /// <summary>The run was stopped, or this is a checkpoint of a run; it serves as a base for the next.</summary>
    Interrupted,
}
