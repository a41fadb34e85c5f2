using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Which earlier backups a run compares with.</summary>
public sealed class BaseChoiceTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task TheNewestTheNewestCompleteAndTheLargestServeTogether()
    {
        for (int i = 0; i < 5; i++)
        {
            _temp.WriteFile($"many/file-{i}", TestContent.Random(1000, (ulong)i));
        }

        _temp.WriteFile("few/file", "x");
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup largest = await store.BackupAsync(_temp.Combine("many"), with: Named);
        VtBackup complete = await store.BackupAsync(_temp.Combine("few"), with: Named);
        VtBackup elsewhere = await store.BackupAsync(_temp.Combine("many"), with: r => r with { Subset = "other" });
        VtBackup otherHost = await store.BackupAsync(_temp.Combine("many"), with: r => r with { Subset = "s", HostName = "other" });
        VtBackup interrupted = await StreamAsync(store, succeeds: false);
        Assert.Equal(VtBackupStatus.Interrupted, interrupted.Status);
        Assert.Equal([largest.Id], complete.BasedOn);
        Assert.Empty(elsewhere.BasedOn);
        Assert.Empty(otherHost.BasedOn);

        VtBackup next = await store.BackupAsync(_temp.Combine("many"), with: Named);
        Assert.Equal([interrupted.Id, complete.Id, largest.Id], next.BasedOn);
        Assert.Equal((0, 5), (next.BytesRead, next.FilesUnchanged));
        Assert.Equal([next.Id], (await store.BackupAsync(_temp.Combine("many"), with: Named)).BasedOn);
    }

    [Fact]
    public async Task BasesThatAreNamedAreTheOnlyOnes()
    {
        _temp.WriteFile("src/file", "0123456789");
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup first = await store.BackupAsync(_temp.Combine("src"), with: r => r with { Subset = "other" });
        VtBackup none = await store.BackupAsync(_temp.Combine("src"), with: r => r with { BaseIds = [] });
        Assert.Equal((0, 10), (none.BasedOn.Length, none.BytesRead));
        VtBackup forced = await store.BackupAsync(_temp.Combine("src"), with: r => r with { BaseIds = [first.Id[..8]] });
        Assert.Equal([first.Id], forced.BasedOn);
        Assert.Equal(0, forced.BytesRead);

        List<string> before = await store.ObjectsAsync();
        VtException error = await Assert.ThrowsAsync<VtException>(() => store.BackupAsync(_temp.Combine("src"), with: r => r with { BaseIds = ["ffffffffff"] }));
        Assert.Equal(VtErrorId.BackupNotFound, error.ErrorId);
        Assert.Equal(before, await store.ObjectsAsync());
    }

    [Fact]
    public async Task ABaseWhoseTreeCannotBeReadIsNoneAndEverythingIsReadAfresh()
    {
        _temp.WriteFile("src/sub/file", "0123456789");
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        await store.BackupAsync(_temp.Combine("src"));
        foreach (string name in await store.ObjectsAsync("data/"))
        {
            await store.Storage.DeleteAsync(name, default);
        }

        await using TestStore later = await TestStore.OpenAsync(_temp.Combine("store"));
        VtBackup second = await later.BackupAsync(_temp.Combine("src"));
        Assert.Equal((VtBackupStatus.Complete, 10), (second.Status, second.BytesRead));
        await using TestStore reader = await TestStore.OpenAsync(_temp.Combine("store"));
        Assert.Equal(1, await StoredTree.CheckFilesAsync(reader, second, _temp.Path));
    }

    [Fact]
    public async Task APlanNamesTheSameBasesAndWritesNothing()
    {
        _temp.WriteFile("src/a", "0123456789");
        _temp.WriteFile("src/b", "0123");
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup first = await store.BackupAsync(_temp.Combine("src"));
        _temp.WriteFile("src/b", "01234");
        _temp.WriteFile("src/c", "012345");
        List<string> before = await store.ObjectsAsync();
        BackupRequest request = new() { Paths = new[] { _temp.CombineBytes("src") }.ToAsyncEnumerable(), HostName = "host" };
        BackupPlan plan = await BackupOperation.PlanAsync(store.Session, request, new RecordingObserver(), default);
        Assert.Equal([first.Id], plan.BasedOn);
        Assert.Equal((1, 1, 1, 11), (plan.FilesNew, plan.FilesChanged, plan.FilesUnchanged, plan.BytesToRead));
        Assert.Equal(before, await store.ObjectsAsync());
    }

    private static BackupRequest Named(BackupRequest request) => request with { Subset = "s" };

    private static Task<VtBackup> StreamAsync(TestStore store, bool succeeds) => BackupOperation.RunAsync(
        store.Session,
        new BackupRequest { Input = new MemoryStream([1, 2, 3]), InputName = "dump", InputSucceeded = _ => Task.FromResult(succeeds), Subset = "s", HostName = "host" },
        new RecordingObserver(),
        default);
}
