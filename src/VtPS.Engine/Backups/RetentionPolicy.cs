namespace VtPS.Engine.Backups;

/// <summary>Which backups are kept. What no rule keeps is removed; with <see cref="OlderThan"/>, only if it is older than that, too.</summary>
internal sealed record RetentionPolicy
{
    /// <summary>The newest so many; null or 0 for no such rule. The others count hours, days, ISO weeks, months and years that have a backup, and keep the newest of each.</summary>
    public int? KeepLast { get; init; }

    public int? KeepHourly { get; init; }

    public int? KeepDaily { get; init; }

    public int? KeepWeekly { get; init; }

    public int? KeepMonthly { get; init; }

    public int? KeepYearly { get; init; }

    /// <summary>Patterns: what has a tag that matches is kept.</summary>
    public IReadOnlyList<string> KeepTags { get; init; } = [];

    /// <summary>What ended less than this long ago is kept.</summary>
    public VtAge? KeepWithin { get; init; }

    /// <summary>What ended less than this long ago is kept; stands alone, too: then everything older is removed.</summary>
    public VtAge? OlderThan { get; init; }

    public IReadOnlyList<VtBackupGrouping> GroupBy { get; init; } = [VtBackupGrouping.HostName, VtBackupGrouping.Subset];

    /// <summary>Refuses what cannot be meant.</summary>
    /// <exception cref="VtException">InvalidArgument, or EmptyRetention where there is no rule.</exception>
    public void Check()
    {
        bool any = KeepTags.Count > 0 || KeepWithin is not null || OlderThan is not null;
        foreach (int? count in (ReadOnlySpan<int?>)[KeepLast, KeepHourly, KeepDaily, KeepWeekly, KeepMonthly, KeepYearly])
        {
            if (count < 0)
            {
                throw new VtException(VtErrorId.InvalidArgument, $"{count} backups cannot be kept. Give a number from 0 on.", count);
            }

            any |= count > 0;
        }

        if (!any)
        {
            throw new VtException(VtErrorId.EmptyRetention, "No rule says what is to be kept, so everything would be removed. Give at least one of -KeepLast, -KeepHourly, -KeepDaily, -KeepWeekly, -KeepMonthly, -KeepYearly, -KeepTag, -KeepWithin and -OlderThan (--keep-last and so on); remove single backups by their ids.");
        }

        if (GroupBy.Count == 0 || (GroupBy.Count > 1 && GroupBy.Contains(VtBackupGrouping.None)))
        {
            throw new VtException(VtErrorId.InvalidArgument, "None stands alone where backups are grouped. Give None, or what to group by.", nameof(GroupBy));
        }
    }
}
