using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Finding backups, and amending them.</summary>
public sealed class BackupCatalogTests : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    private readonly MemoryStorage _storage = new();
    private TestStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await TestStore.CreateAsync(_storage);
        Put("aa00", "home", "ham", 0, tags: ["daily"]);
        Put("aa11", "home", "ham", 1, tags: ["daily", "weekly"]);
        Put("ab22", "mail", "ham", 2);
        Put("bb33", "home", "eggs", 3);
        Put("cc44", "home", "ham", 4, VtBackupStatus.Interrupted);
        Put("0d55", "mail", "eggs", 5, VtBackupStatus.CompleteWithErrors);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task BackupsComeOldestFirst() => Assert.Equal(["aa00", "aa11", "ab22", "bb33", "cc44", "0d55"], await ListAsync(new BackupFilter()));

    [Fact]
    public async Task FiltersHoldTogetherWithWildcardsAndWithoutRegardToCase()
    {
        Assert.Equal(["aa00", "aa11", "bb33", "cc44"], await ListAsync(new BackupFilter { Subset = ["HOME"] }));
        Assert.Equal(["aa00", "aa11", "cc44"], await ListAsync(new BackupFilter { Subset = ["h*"], HostName = ["h?m"] }));
        Assert.Equal(["bb33", "0d55"], await ListAsync(new BackupFilter { Subset = ["mail", "home"], HostName = ["[d-f]ggs", "no"] }));
        Assert.Equal(["aa11"], await ListAsync(new BackupFilter { Tag = ["week*"] }));
        Assert.Equal(["aa00", "aa11"], await ListAsync(new BackupFilter { Tag = ["daily", "weekly"] }));
        Assert.Equal(["aa11", "ab22"], await ListAsync(new BackupFilter { Since = Start.AddHours(1), Before = Start.AddHours(3) }));
        Assert.Equal(["cc44", "0d55"], await ListAsync(new BackupFilter { Last = 2 }));
        Assert.Equal(["bb33", "cc44"], await ListAsync(new BackupFilter { Subset = ["home"], Last = 2 }));
        Assert.Empty(await ListAsync(new BackupFilter { Last = 0 }));
    }

    [Theory]
    [InlineData("/srv/home", true)]
    [InlineData("/srv", true)]
    [InlineData("/", true)]
    [InlineData("/srv/home/", true)]
    [InlineData("/srv/home/below/it", true)]
    [InlineData("/srv/hom", false)]
    [InlineData("/srv/homes", false)]
    [InlineData("/other", false)]
    public async Task ASourcePathFindsItselfWhatIsAboveAndWhatIsBelow(string path, bool found) =>
        Assert.Equal(found, (await ListAsync(new BackupFilter { SourcePath = path })).Contains("aa00"));

    [Fact]
    public async Task AnIdAPrefixAndLatestAreResolved()
    {
        Assert.Equal("ab22", await ResolveAsync("ab"));
        Assert.Equal("ab22", await ResolveAsync("AB"));
        Assert.Equal("0d55", await ResolveAsync("0d55" + new string('0', 28)));
        Assert.Equal("0d55", await ResolveAsync("latest"));
        Assert.Equal("bb33", await ResolveAsync("Latest", new BackupFilter { Subset = ["home"] }));
        Assert.Equal("aa11", await ResolveAsync("aa1"));

        VtException ambiguous = await FailAsync("a");
        Assert.Equal((VtErrorId.AmbiguousBackupId, "a"), (ambiguous.ErrorId, ambiguous.Target));
        Assert.Contains("aa11", ambiguous.Message, StringComparison.Ordinal);
        Assert.Equal("ab22", await ResolveAsync("a", new BackupFilter { Subset = ["mail"] }));
        foreach (string id in (string[])["f", "", "zz", "aa00" + new string('0', 29)])
        {
            Assert.Equal(VtErrorId.BackupNotFound, (await FailAsync(id)).ErrorId);
        }

        Assert.Equal(VtErrorId.BackupNotFound, (await Assert.ThrowsAsync<VtException>(() => BackupCatalog.ResolveAsync(_store.Session, "latest", new BackupFilter { Subset = ["none"] }, default))).ErrorId);
    }

    [Fact]
    public async Task ADamagedRecordIsReportedAndHidesNoOther()
    {
        await _storage.DeleteAsync($"backups/{Id("bb33")}.json", default);
        _storage.Put($"backups/{Id("bb33")}.json", "{\"id\":\"damaged\"}"u8.ToArray());
        _storage.Put($"backups/{Id("ee66")}.json", BackupRecord.Write(Make("ff77", "home", "ham", 9)));
        _storage.Put("backups/readme.txt", [1]);
        List<VtException> damaged = [];
        List<string> found = [];
        await foreach (VtBackup backup in BackupCatalog.ListAsync(_store.Session, new BackupFilter(), damaged.Add, default))
        {
            found.Add(backup.Id[..4]);
        }

        Assert.Equal(["aa00", "aa11", "ab22", "cc44", "0d55"], found);
        Assert.Equal([Id("bb33"), Id("ee66")], damaged.Select(d => (string)d.Target!).Order());
        Assert.Equal(VtErrorId.BackupNotFound, (await FailAsync("bb33")).ErrorId);
    }

    [Fact]
    public async Task AnAmendmentChangesWhatItNamesAndTheLastOneHolds()
    {
        VtBackup amended = await AmendAsync(new AmendBackupRequest { BackupId = Id("aa00"), AddTags = ["new", "daily"], Comment = "kept", Pinned = true });
        Assert.Equal(["daily", "new"], amended.Tag);
        amended = await AmendAsync(new AmendBackupRequest { BackupId = Id("aa00"), RemoveTags = ["daily"] });
        Assert.Equal(("new", "kept", true), (Assert.Single(amended.Tag), amended.Comment, amended.Pinned));
        amended = await AmendAsync(new AmendBackupRequest { BackupId = Id("aa00"), Tags = ["b", "a"], Comment = "", Pinned = false });
        VtBackup read = await BackupCatalog.ResolveAsync(_store.Session, "aa00", new BackupFilter(), default);
        Assert.Equal(["a", "b"], read.Tag);
        Assert.Equal((null, false), (read.Comment, read.Pinned));
        Assert.Equal(4, (await _store.ObjectsAsync("backups/")).Count(n => n.Contains("aa00", StringComparison.Ordinal)));
        Assert.Equal(["a", "b"], amended.Tag);

        // Nothing changes, nothing is written.
        await AmendAsync(new AmendBackupRequest { BackupId = Id("aa00"), AddTags = ["a"], RemoveTags = ["none"], Pinned = false });
        Assert.Equal(4, (await _store.ObjectsAsync("backups/")).Count(n => n.Contains("aa00", StringComparison.Ordinal)));
        Assert.Equal(VtErrorId.BackupNotFound, (await Assert.ThrowsAsync<VtException>(() => AmendAsync(new AmendBackupRequest { BackupId = Id("ffff") }))).ErrorId);
    }

    [Fact]
    public async Task ADamagedAmendmentIsReportedAndDoesNotHideItsBackup()
    {
        await AmendAsync(new AmendBackupRequest { BackupId = Id("aa00"), AddTags = ["lost"] });
        await _storage.DeleteAsync($"backups/{Id("aa00")}.1.json", default);
        _storage.Put($"backups/{Id("aa00")}.1.json", "{\"id\":\"damaged\"}"u8.ToArray());
        List<VtException> damaged = [];
        List<VtBackup> all = await BackupCatalog.ReadAllAsync(_store.Session, damaged.Add, default);
        Assert.Equal(Id("aa00"), Assert.Single(damaged).Target);

        // It may have been pinned: so it is, until someone says otherwise.
        Assert.True(all.Find(b => b.Id == Id("aa00"))!.Pinned);
        VtBackup mended = await AmendAsync(new AmendBackupRequest { BackupId = Id("aa00"), Pinned = false, Tags = ["found"] });
        Assert.Equal((false, "found"), (mended.Pinned, Assert.Single(mended.Tag)));
        damaged.Clear();
        await BackupCatalog.ReadAllAsync(_store.Session, damaged.Add, default);
        Assert.Empty(damaged);
    }

    [Fact]
    public async Task ADamagedTrashObjectStopsWritersButNotReaders()
    {
        _storage.Put($"trash/{Id("aa00")}.json", "{\"files\":[]}"u8.ToArray());
        await _store.Session.RefreshAsync(default);
        Assert.Contains(_store.Session.Damage, d => d.Contains("trash", StringComparison.Ordinal));
        VtException error = await Assert.ThrowsAsync<VtException>(() => StoreWriter.OpenAsync(_store.Session, "test", default));
        Assert.Equal(VtErrorId.DataFileDamaged, error.ErrorId);
    }

    [Fact]
    public async Task AmendmentsMadeAtOnceAllHold()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => AmendAsync(new AmendBackupRequest { BackupId = Id("bb33"), AddTags = [$"tag-{i:d2}"] }))));
        VtBackup read = await BackupCatalog.ResolveAsync(_store.Session, "bb33", new BackupFilter(), default);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"tag-{i:d2}"), read.Tag);
    }

    private static string Id(string start) => start.PadRight(32, '0');

    private VtBackup Make(string id, string subset, string host, int hour, VtBackupStatus status = VtBackupStatus.Complete, string[]? tags = null) => new()
    {
        Id = Id(id),
        Store = "memory",
        StoreId = _store.Session.Info.StoreId,
        HostName = host,
        UserName = "me",
        Subset = subset,
        SourcePath = ["/srv/" + subset],
        Tag = tags ?? [],
        Status = status,
        StartTime = Start.AddHours(hour).ToLocalTime(),
        EndTime = Start.AddHours(hour).AddMinutes(1).ToLocalTime(),
        Root = "literal:",
        ProgramVersion = "0.1.0",
    };

    private void Put(string id, string subset, string host, int hour, VtBackupStatus status = VtBackupStatus.Complete, string[]? tags = null) =>
        _storage.Put($"backups/{Id(id)}.json", BackupRecord.Write(Make(id, subset, host, hour, status, tags)));

    private async Task<List<string>> ListAsync(BackupFilter filter)
    {
        List<string> found = [];
        await foreach (VtBackup backup in BackupCatalog.ListAsync(_store.Session, filter, e => throw e, default))
        {
            found.Add(backup.Id[..4]);
        }

        return found;
    }

    private async Task<string> ResolveAsync(string id, BackupFilter? filter = null) => (await BackupCatalog.ResolveAsync(_store.Session, id, filter ?? new BackupFilter(), default)).Id[..4];

    private Task<VtException> FailAsync(string id) => Assert.ThrowsAsync<VtException>(() => BackupCatalog.ResolveAsync(_store.Session, id, new BackupFilter(), default));

    private Task<VtBackup> AmendAsync(AmendBackupRequest request) => AmendBackupOperation.RunAsync(_store.Session, request, default);
}
