namespace VtPS.Engine.Backups;

/// <summary>What a policy says of one backup.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Group">The group that it was counted in.</param>
/// <param name="Keep">Whether it stays.</param>
/// <param name="Reasons">Every rule that keeps it, or why none does.</param>
internal sealed record RetentionVerdict(VtBackup Backup, string Group, bool Keep, IReadOnlyList<string> Reasons)
{
    /// <summary>What commands show.</summary>
    public VtRetentionResult ToResult() => new()
    {
        BackupId = Backup.Id,
        Store = Backup.Store,
        StoreId = Backup.StoreId,
        Group = Group,
        HostName = Backup.HostName,
        Subset = Backup.Subset,
        EndTime = Backup.EndTime,
        Status = Backup.Status,
        Action = Keep ? VtRetentionAction.Keep : VtRetentionAction.Remove,
        Reason = [.. Reasons],
    };
}
