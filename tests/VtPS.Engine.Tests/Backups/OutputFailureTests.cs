using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Runs whose output fails as a file does: the source is not what is wrong, and the run ends.</summary>
public sealed class OutputFailureTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly IOException _broken = new("The line is dead.");

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(20, 400_000)]
    [InlineData(1, 9_000_000)]
    public async Task AStoreThatCannotBeWrittenIsWhatTheErrorNames(int files, int length)
    {
        MakeFiles(files, length);
        HookedStorage storage = new(new MemoryStorage());
        await using TestStore store = await TestStore.CreateAsync(storage);
        RecordingObserver observer = new();
        storage.Writing = name =>
        {
            if (name.StartsWith("data/", StringComparison.Ordinal))
            {
                throw _broken;
            }
        };

        VtException e = await Assert.ThrowsAsync<VtException>(() => store.BackupAsync(_temp.Combine("src"), observer));

        Assert.Equal(VtErrorId.StoreWriteFailed, e.ErrorId);
        Assert.Contains($"Could not store what was read in the Store '{storage.Location}': The line is dead.", e.Message, StringComparison.Ordinal);
        Assert.Same(_broken, e.InnerException);
        Assert.Empty(observer.Errors);
        storage.Writing = null;
        Assert.Empty(await store.ObjectsAsync("backups/"));
        Assert.Equal(VtBackupStatus.Complete, (await store.BackupAsync(_temp.Combine("src"))).Status);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task WhoeverCannotTakeARowEndsTheRunWithWhatItThrew(bool isStored, bool isDry)
    {
        MakeFiles(20, 100);
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage());
        if (isStored)
        {
            await store.BackupAsync(_temp.Combine("src"));
        }

        RecordingObserver observer = new() { OnEachItem = ThrowOfFile };
        IOException e = await Assert.ThrowsAsync<IOException>(() => isDry
            ? BackupOperation.PlanAsync(store.Session, new BackupRequest { Paths = new[] { _temp.CombineBytes("src") }.ToAsyncEnumerable(), HostName = "host" }, observer, default)
            : store.BackupAsync(_temp.Combine("src"), observer));

        Assert.Same(_broken, e);
        Assert.Empty(observer.Errors);
    }

    private void ThrowOfFile(VtFileResult item)
    {
        if (item.ItemType == VtItemType.File)
        {
            throw _broken;
        }
    }

    private void MakeFiles(int count, int length)
    {
        _temp.CreateFolder("src");
        for (int i = 0; i < count; i++)
        {
            File.WriteAllBytes(_temp.Combine("src", $"f{i}"), TestContent.Random(length, (ulong)i));
        }
    }
}
