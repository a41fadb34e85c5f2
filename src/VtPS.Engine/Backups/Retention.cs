using System.Globalization;
using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>
/// Says which backups a policy keeps: each group on its own, on the calendar of a time zone. Pure: it reads no clock and changes nothing.
/// </summary>
/// <remarks>
/// An age counts from the end of a backup. Pinned backups are kept and count like others. A date in the future is kept and does not count: a clock that was wrong once
/// must not push the good ones out. Neither do interrupted backups: they must not stand in for finished ones; the newest is kept while no finished one is newer,
/// because the next run goes on from it.
/// </remarks>
internal static class Retention
{
    /// <summary>Applies a policy.</summary>
    /// <param name="backups">All backups that it is about, in any order.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="now">The present moment.</param>
    /// <param name="zone">Whose calendar counts.</param>
    /// <returns>A verdict for each backup: group by group in the order of their names, in each the oldest first.</returns>
    /// <exception cref="VtException">InvalidArgument; EmptyRetention for a policy without a rule, or one that would remove all of a group.</exception>
    public static List<RetentionVerdict> Apply(IEnumerable<VtBackup> backups, RetentionPolicy policy, DateTimeOffset now, TimeZoneInfo zone)
    {
        policy.Check();
        SortedDictionary<string, List<VtBackup>> groups = new(StringComparer.Ordinal);
        foreach (VtBackup backup in backups)
        {
            string group = NameOf(backup, policy.GroupBy);
            if (!groups.TryGetValue(group, out List<VtBackup>? members))
            {
                groups.Add(group, members = []);
            }

            members.Add(backup);
        }

        List<RetentionVerdict> verdicts = [];
        foreach ((string group, List<VtBackup> members) in groups)
        {
            members.Sort(static (a, b) => EndOf(a) != EndOf(b) ? EndOf(b).CompareTo(EndOf(a)) : string.CompareOrdinal(b.Id, a.Id));
            List<RetentionVerdict> judged = Judge(group, members, policy, now, zone);
            judged.Reverse();
            verdicts.AddRange(judged);
        }

        return verdicts;
    }

    private static List<RetentionVerdict> Judge(string group, List<VtBackup> newestFirst, RetentionPolicy policy, DateTimeOffset now, TimeZoneInfo zone)
    {
        List<RetentionPeriod> periods = RetentionPeriod.Of(policy);
        DateTimeOffset? within = policy.KeepWithin?.Before(now, zone);
        DateTimeOffset? older = policy.OlderThan?.Before(now, zone);
        List<RetentionVerdict> verdicts = [];
        int finished = 0;
        int interrupted = 0;
        bool keptAny = false;
        bool removedAny = false;
        foreach (VtBackup backup in newestFirst)
        {
            DateTimeOffset end = EndOf(backup);
            if (end > now)
            {
                verdicts.Add(new RetentionVerdict(backup, group, true, ["its date lies in the future: not counted"]));
                continue;
            }

            List<string> reasons = [];
            if (backup.Pinned)
            {
                reasons.Add("pinned");
            }

            if (backup.Status == VtBackupStatus.Interrupted)
            {
                if (finished == 0 && interrupted++ == 0)
                {
                    reasons.Add("interrupted: the next run goes on from it");
                }
            }
            else
            {
                finished++;
                if (finished <= policy.KeepLast)
                {
                    reasons.Add(string.Create(CultureInfo.InvariantCulture, $"last {finished} of {policy.KeepLast}"));
                }

                DateTimeOffset local = TimeZoneInfo.ConvertTime(end, zone);
                foreach (RetentionPeriod period in periods)
                {
                    if (period.Take(local) is { } reason)
                    {
                        reasons.Add(reason);
                    }
                }
            }

            foreach (string tag in backup.Tag)
            {
                if (policy.KeepTags.Any(pattern => NamePattern.IsTextMatch(pattern, tag)))
                {
                    reasons.Add($"tag {tag}");
                }
            }

            if (end >= within)
            {
                reasons.Add($"within {policy.KeepWithin}");
            }

            if (end >= older)
            {
                reasons.Add($"not older than {policy.OlderThan}");
            }

            bool keep = reasons.Count > 0;
            keptAny |= keep;
            removedAny |= !keep;
            if (!keep)
            {
                reasons.Add(older is null ? backup.Status == VtBackupStatus.Interrupted ? "interrupted, and no rule keeps it" : "no rule keeps it" : $"older than {policy.OlderThan}");
            }

            verdicts.Add(new RetentionVerdict(backup, group, keep, reasons));
        }

        return removedAny && !keptAny
            ? throw new VtException(
                VtErrorId.EmptyRetention,
                $"Nothing was removed: the policy would remove every backup of {group}. Give a rule that keeps some of them, such as -KeepLast 1 (--keep-last 1), or remove them by their ids.",
                group)
            : verdicts;
    }

    private static DateTimeOffset EndOf(VtBackup backup) => new(backup.EndTime.ToUniversalTime());

    private static string NameOf(VtBackup backup, IReadOnlyList<VtBackupGrouping> by)
    {
        List<string> parts = [];
        foreach (VtBackupGrouping part in by)
        {
            switch (part)
            {
                case VtBackupGrouping.HostName: parts.Add($"host '{backup.HostName}'"); break;
                case VtBackupGrouping.Subset: parts.Add($"subset '{backup.Subset}'"); break;
                case VtBackupGrouping.SourcePath: parts.Add($"sources '{string.Join("', '", backup.SourcePath)}'"); break;
                case VtBackupGrouping.Tag: parts.Add($"tags '{string.Join("', '", backup.Tag)}'"); break;
                default: parts.Add("the whole Store"); break;
            }
        }

        return string.Join(", ", parts);
    }
}
