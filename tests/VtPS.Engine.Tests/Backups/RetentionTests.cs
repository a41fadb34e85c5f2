using System.Globalization;
using VtPS.Engine.Backups;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

public sealed class RetentionTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    [Fact]
    public void TheLastOnesAreKept() =>
        Check(
            new RetentionPolicy { KeepLast = 2 },
            Berlin,
            "2026-06-10T12:00:00+02:00",
            "K 2026-06-10T09:00:00+02:00 last 1 of 2",
            "K 2026-06-09T09:00:00+02:00 last 2 of 2",
            "- 2026-06-08T09:00:00+02:00 no rule keeps it");

    [Fact]
    public void OfADayTheNewestIsKeptAndDaysWithoutABackupDoNotCount() =>
        Check(
            new RetentionPolicy { KeepDaily = 3 },
            Berlin,
            "2026-06-10T23:00:00+02:00",
            "K 2026-06-10T22:00:00+02:00 daily 1 of 3: 2026-06-10",
            "- 2026-06-10T00:00:00+02:00 no rule keeps it",
            "K 2026-06-09T23:59:59+02:00 daily 2 of 3: 2026-06-09",
            "K 2026-06-01T00:00:00+02:00 daily 3 of 3: 2026-06-01",
            "- 2026-05-31T23:59:59+02:00 no rule keeps it");

    [Fact]
    public void TheDayOnWhichClocksGoForwardInEuropeIsOneDay() =>
        Check(
            new RetentionPolicy { KeepDaily = 3 },
            Berlin,
            "2026-03-30T12:00:00+02:00",
            "K 2026-03-29T22:30:00Z daily 1 of 3: 2026-03-30",
            "K 2026-03-29T21:30:00Z daily 2 of 3: 2026-03-29",
            "- 2026-03-28T23:00:00Z no rule keeps it",
            "K 2026-03-28T22:59:00Z daily 3 of 3: 2026-03-28",
            "- 2026-03-28T00:00:00Z no rule keeps it");

    [Fact]
    public void AnHourThatComesTwiceInEuropeIsTwoHours() =>
        Check(
            new RetentionPolicy { KeepHourly = 4 },
            Berlin,
            "2026-10-25T12:00:00+01:00",
            "K 2026-10-25T02:10:00Z hourly 1 of 4: 2026-10-25 03h +01:00",
            "K 2026-10-25T01:30:00Z hourly 2 of 4: 2026-10-25 02h +01:00",
            "K 2026-10-25T00:30:00Z hourly 3 of 4: 2026-10-25 02h +02:00",
            "- 2026-10-25T00:10:00Z no rule keeps it",
            "K 2026-10-24T23:30:00Z hourly 4 of 4: 2026-10-25 01h +02:00",
            "- 2026-10-24T22:30:00Z no rule keeps it");

    [Fact]
    public void TheDaysOnWhichClocksChangeInAmericaAreDays()
    {
        Check(
            new RetentionPolicy { KeepDaily = 2 },
            NewYork,
            "2026-03-09T12:00:00-04:00",
            "K 2026-03-09T03:59:00Z daily 1 of 2: 2026-03-08",
            "- 2026-03-08T05:00:00Z no rule keeps it",
            "K 2026-03-08T04:59:00Z daily 2 of 2: 2026-03-07",
            "- 2026-03-07T06:00:00Z no rule keeps it");
        Check(
            new RetentionPolicy { KeepDaily = 2 },
            NewYork,
            "2026-11-02T12:00:00-05:00",
            "K 2026-11-02T04:59:00Z daily 1 of 2: 2026-11-01",
            "- 2026-11-01T04:00:00Z no rule keeps it",
            "K 2026-11-01T03:59:00Z daily 2 of 2: 2026-10-31",
            "- 2026-10-31T05:00:00Z no rule keeps it");
    }

    // 1 January 2027 is a Friday: it belongs to week 53 of 2026. 29 December 2025 is a Monday: it begins week 1 of 2026.
    [Fact]
    public void WeeksAreThoseOfIsoAcrossYears() =>
        Check(
            new RetentionPolicy { KeepWeekly = 4 },
            Berlin,
            "2027-01-05T12:00:00+01:00",
            "K 2027-01-04T08:00:00+01:00 weekly 1 of 4: 2027-W01",
            "K 2027-01-03T08:00:00+01:00 weekly 2 of 4: 2026-W53",
            "- 2027-01-01T08:00:00+01:00 no rule keeps it",
            "- 2026-12-28T08:00:00+01:00 no rule keeps it",
            "K 2026-12-27T08:00:00+01:00 weekly 3 of 4: 2026-W52",
            "K 2026-01-04T08:00:00+01:00 weekly 4 of 4: 2026-W01",
            "- 2025-12-29T08:00:00+01:00 no rule keeps it",
            "- 2025-12-28T08:00:00+01:00 no rule keeps it");

    [Fact]
    public void MonthsOfEveryLengthAreMonths() =>
        Check(
            new RetentionPolicy { KeepMonthly = 5 },
            Berlin,
            "2024-05-10T12:00:00+02:00",
            "K 2024-05-01T00:00:00+02:00 monthly 1 of 5: 2024-05",
            "K 2024-04-30T23:59:00+02:00 monthly 2 of 5: 2024-04",
            "K 2024-03-31T23:59:00+02:00 monthly 3 of 5: 2024-03",
            "- 2024-03-01T00:00:00+01:00 no rule keeps it",
            "K 2024-02-29T23:59:00+01:00 monthly 4 of 5: 2024-02",
            "- 2024-02-28T12:00:00+01:00 no rule keeps it",
            "K 2024-01-31T12:00:00+01:00 monthly 5 of 5: 2024-01",
            "- 2023-12-31T12:00:00+01:00 no rule keeps it");

    [Fact]
    public void YearsEndAtMidnightOfTheZone()
    {
        Check(
            new RetentionPolicy { KeepYearly = 2 },
            Berlin,
            "2026-06-01T12:00:00+02:00",
            "K 2025-12-31T23:30:00Z yearly 1 of 2: 2026",
            "K 2025-12-31T22:30:00Z yearly 2 of 2: 2025",
            "- 2025-01-01T00:00:00+01:00 no rule keeps it");
        Check(
            new RetentionPolicy { KeepYearly = 2 },
            NewYork,
            "2026-06-01T12:00:00-04:00",
            "K 2025-12-31T23:30:00Z yearly 1 of 2: 2025",
            "- 2025-12-31T22:30:00Z no rule keeps it",
            "- 2025-01-01T05:00:00Z no rule keeps it",
            "K 2025-01-01T04:59:00Z yearly 2 of 2: 2024");
    }

    [Fact]
    public void RulesAddUpAndEachGivesItsReason() =>
        Check(
            new RetentionPolicy { KeepLast = 1, KeepDaily = 2, KeepMonthly = 2, KeepWithin = VtAge.Parse("12h") },
            Berlin,
            "2026-06-10T12:00:00+02:00",
            "K 2026-06-10T09:00:00+02:00 last 1 of 1, daily 1 of 2: 2026-06-10, monthly 1 of 2: 2026-06, within 12h",
            "K 2026-06-10T01:00:00+02:00 within 12h",
            "K 2026-06-09T23:00:00+02:00 daily 2 of 2: 2026-06-09",
            "- 2026-06-08T09:00:00+02:00 no rule keeps it",
            "K 2026-05-08T09:00:00+02:00 monthly 2 of 2: 2026-05",
            "- 2026-04-08T09:00:00+02:00 no rule keeps it");

    [Fact]
    public void AnAgeAloneRemovesWhatIsOlder() =>
        Check(
            new RetentionPolicy { OlderThan = VtAge.Parse("1m") },
            Berlin,
            "2026-03-31T12:00:00+02:00",
            "K 2026-03-01T12:00:00+01:00 not older than 1m",
            "K 2026-02-28T12:00:00+01:00 not older than 1m",
            "- 2026-02-28T11:59:59+01:00 older than 1m");

    [Fact]
    public void AnAgeWithRulesRemovesOnlyWhatIsOlderAndNoRuleKeeps() =>
        Check(
            new RetentionPolicy { OlderThan = VtAge.Parse("30d"), KeepYearly = 2 },
            Berlin,
            "2026-06-30T12:00:00+02:00",
            "K 2026-06-20T12:00:00+02:00 yearly 1 of 2: 2026, not older than 30d",
            "K 2026-06-19T12:00:00+02:00 not older than 30d",
            "- 2026-01-19T12:00:00+01:00 older than 30d",
            "K 2025-01-19T12:00:00+01:00 yearly 2 of 2: 2025");

    [Fact]
    public void PinsAndTagsKeep()
    {
        VtBackup pinned = At("2025-01-01T12:00:00Z").With([], null, pinned: true);
        VtBackup tagged = At("2025-02-01T12:00:00Z").With(["release-1", "x"], null, pinned: false);
        VtBackup other = At("2025-03-01T12:00:00Z").With(["y"], null, pinned: false);
        VtBackup last = At("2025-04-01T12:00:00Z");

        List<RetentionVerdict> verdicts = Retention.Apply([pinned, tagged, other, last], new RetentionPolicy { KeepLast = 1, KeepTags = ["release-*"] }, Time("2026-01-01T00:00:00Z"), Berlin);

        Assert.Equal(["pinned", "tag release-1", "no rule keeps it", "last 1 of 1"], verdicts.Select(v => v.Reasons[0]));
        Assert.Equal([true, true, false, true], verdicts.Select(v => v.Keep));
    }

    [Fact]
    public void ADateInTheFutureIsKeptAndPushesNothingOut() =>
        Check(
            new RetentionPolicy { KeepLast = 1, KeepDaily = 1 },
            Berlin,
            "2026-06-10T12:00:00+02:00",
            "K 2038-01-01T00:00:00Z its date lies in the future: not counted",
            "K 2026-06-10T10:00:01Z its date lies in the future: not counted",
            "K 2026-06-10T09:00:00Z last 1 of 1, daily 1 of 1: 2026-06-10",
            "- 2026-06-09T09:00:00Z no rule keeps it");

    [Fact]
    public void InterruptedBackupsStandInForNoFinishedOne() =>
        Check(
            new RetentionPolicy { KeepLast = 1 },
            Berlin,
            "2026-06-10T12:00:00+02:00",
            "K! 2026-06-10T09:00:00Z interrupted: the next run goes on from it",
            "-! 2026-06-10T08:00:00Z interrupted, and no rule keeps it",
            "K 2026-06-09T09:00:00Z last 1 of 1",
            "-! 2026-06-08T09:00:00Z interrupted, and no rule keeps it",
            "- 2026-06-07T09:00:00Z no rule keeps it");

    [Fact]
    public void GroupsAreThinnedOutOnTheirOwn()
    {
        VtBackup[] backups = [At("2026-01-01T00:00:00Z"), At("2026-01-02T00:00:00Z"), At("2026-01-01T00:00:00Z", host: "b"), At("2026-01-03T00:00:00Z", subset: "t")];

        Assert.Equal([false, true, true, true], Keeps(new RetentionPolicy { KeepLast = 1 }));
        Assert.Equal([false, false, true, true], Keeps(new RetentionPolicy { KeepLast = 1, GroupBy = [VtBackupGrouping.HostName] }));
        Assert.Equal([false, false, false, true], Keeps(new RetentionPolicy { KeepLast = 1, GroupBy = [VtBackupGrouping.None] }));

        bool[] Keeps(RetentionPolicy policy)
        {
            List<RetentionVerdict> verdicts = Retention.Apply(backups, policy, Time("2026-06-01T00:00:00Z"), TimeZoneInfo.Utc);
            return [.. backups.Select(b => verdicts.Single(v => v.Backup == b).Keep)];
        }
    }

    [Fact]
    public void APolicyWithoutARuleIsRefused()
    {
        foreach (RetentionPolicy policy in (RetentionPolicy[])[new(), new() { KeepLast = 0 }, new() { KeepDaily = 0, KeepYearly = 0 }])
        {
            VtException e = Assert.Throws<VtException>(() => Retention.Apply([], policy, DateTimeOffset.UtcNow, TimeZoneInfo.Utc));
            Assert.Equal(VtErrorId.EmptyRetention, e.ErrorId);
        }

        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => Retention.Apply([], new RetentionPolicy { KeepLast = -1 }, DateTimeOffset.UtcNow, TimeZoneInfo.Utc)).ErrorId);
        Assert.Equal(
            VtErrorId.InvalidArgument,
            Assert.Throws<VtException>(() => Retention.Apply([], new RetentionPolicy { KeepLast = 1, GroupBy = [VtBackupGrouping.None, VtBackupGrouping.Tag] }, DateTimeOffset.UtcNow, TimeZoneInfo.Utc)).ErrorId);
    }

    [Fact]
    public void APolicyThatWouldRemoveAllOfAGroupIsRefusedByItsName()
    {
        VtBackup[] backups = [At("2026-01-01T00:00:00Z", host: "gone"), At("2030-01-01T00:00:00Z", host: "gone"), At("2026-05-31T00:00:00Z")];

        VtException e = Assert.Throws<VtException>(() => Retention.Apply(backups, new RetentionPolicy { OlderThan = VtAge.Parse("30d") }, Time("2026-06-01T00:00:00Z"), TimeZoneInfo.Utc));

        Assert.Equal(VtErrorId.EmptyRetention, e.ErrorId);
        Assert.Equal("host 'gone', subset 's'", e.Target);
        Assert.Contains("host 'gone', subset 's'", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Each line: K or - for kept or removed, ! for interrupted, the end of a backup, the reasons. Given newest first.</summary>
    private static void Check(RetentionPolicy policy, TimeZoneInfo zone, string now, params string[] lines)
    {
        List<VtBackup> backups = [];
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', 3);
            backups.Add(At(words[1], words[0].EndsWith('!') ? VtBackupStatus.Interrupted : VtBackupStatus.Complete));
        }

        // The order in which they are given means nothing.
        VtBackup[] shuffled = [.. backups];
        new Random(5).Shuffle(shuffled);
        List<RetentionVerdict> verdicts = Retention.Apply(shuffled, policy, Time(now), zone);

        verdicts.Reverse();
        List<string> actual = [];
        for (int i = 0; i < lines.Length; i++)
        {
            Assert.Same(backups[i], verdicts[i].Backup);
            string mark = (verdicts[i].Keep ? "K" : "-") + (verdicts[i].Backup.Status == VtBackupStatus.Interrupted ? "!" : string.Empty);
            actual.Add($"{mark} {lines[i].Split(' ', 3)[1]} {string.Join(", ", verdicts[i].Reasons)}");
        }

        Assert.Equal(lines, actual);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static VtBackup At(string end, VtBackupStatus status = VtBackupStatus.Complete, string host = "h", string subset = "s") => new()
    {
        Id = Guid.NewGuid().ToString("n"),
        Store = "memory",
        StoreId = "store",
        HostName = host,
        UserName = "u",
        Subset = subset,
        SourcePath = ["/data"],
        Status = status,
        StartTime = Time(end).UtcDateTime.AddHours(-1),
        EndTime = Time(end).UtcDateTime,
        Root = "literal:",
        ProgramVersion = "0",
    };
}
