using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Runs that are stopped, fail, or lose their lease.</summary>
public sealed class InterruptionTests : IDisposable
{
    private const int Files = 300;

    private readonly TempFolder _temp = new();
    private int _stepped;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task AStoppedRunLeavesAnInterruptedBackupThatTheNextGoesOnFrom()
    {
        MakeFiles();
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        using CancellationTokenSource stop = new();
        int seen = 0;
        RecordingObserver observer = new()
        {
            OnEachItem = i =>
            {
                if (i.ItemType == VtItemType.File && Interlocked.Increment(ref seen) == 100)
                {
                    stop.Cancel();
                }
            },
        };
        VtBackup first = await store.BackupAsync(_temp.Combine("src"), observer, cancellationToken: stop.Token);
        Assert.Equal(VtBackupStatus.Interrupted, first.Status);
        int saved = await StoredTree.CheckFilesAsync(store, first, _temp.Path);
        Assert.InRange(saved, 100, Files - 1);
        Assert.Equal(saved, first.FileCount);
        Assert.Empty(await store.ObjectsAsync("leases/"));
        Assert.Empty(Directory.GetFiles(_temp.Combine("store", "tmp")));

        VtBackup second = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal((VtBackupStatus.Complete, saved, Files - saved), (second.Status, second.FilesUnchanged, second.FilesNew));
        Assert.Equal([first.Id], second.BasedOn);
        Assert.Equal(Files, await StoredTree.CheckFilesAsync(store, second, _temp.Path));
    }

    [Fact]
    public async Task ARunStoppedBeforeItBeganLeavesAnEmptyInterruptedBackup()
    {
        MakeFiles();
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        using CancellationTokenSource stop = new();
        RecordingObserver observer = new();
        BackupRequest request = new() { Paths = StopThenGive(stop, _temp.CombineBytes("src")), HostName = "host" };
        VtBackup backup = await BackupOperation.RunAsync(store.Session, request, observer, stop.Token);
        Assert.Equal((VtBackupStatus.Interrupted, 0), (backup.Status, backup.FileCount));
        Assert.Empty(await store.ListAsync(backup));
        Assert.Empty(observer.Errors);
    }

    [Fact]
    public async Task CheckpointsAreSealedWhileItRunsAndGoneAtItsEnd()
    {
        MakeFiles();
        HookedStorage storage = new(new MemoryStorage());
        await using TestStore store = await TestStore.CreateAsync(storage);
        List<VtBackup> checkpoints = [];
        int most = 0;
        storage.Committed = async name =>
        {
            if (name.StartsWith("backups/", StringComparison.Ordinal))
            {
                List<VtBackup> there = await BackupCatalog.ReadAllAsync(store.Session, e => throw e, default);
                most = Math.Max(most, there.Count);
                checkpoints.AddRange(there);

                // Whatever a checkpoint refers to is in the Store when it appears.
                foreach (VtBackup backup in there)
                {
                    TestStore reader = await TestStore.OpenAsync(storage);
                    await StoredTree.CheckFilesAsync(reader, backup, _temp.Path);
                }
            }
        };
        VtBackup last = await store.BackupAsync(
            _temp.Combine("src"),
            new RecordingObserver { OnEachItem = _ => Thread.Sleep(5) },
            r => r with { CheckpointInterval = TimeSpan.FromMilliseconds(100), ThrottleLimit = 1 });
        Assert.Equal(VtBackupStatus.Complete, last.Status);
        Assert.InRange(checkpoints.Count(b => b.Status == VtBackupStatus.Interrupted), 2, 1000);
        Assert.InRange(most, 1, 2);
        Assert.Equal([$"backups/{last.Id}.json"], await store.ObjectsAsync("backups/"));
        Assert.Equal(Files, await StoredTree.CheckFilesAsync(store, last, _temp.Path));
    }

    [Fact]
    public async Task AFullStoreEndsTheRunAndLeavesNeitherLeaseNorBackupNorRemains()
    {
        MakeFiles();
        LocalFolderStorage folder = LocalFolder(_temp.CreateFolder("store"));
        HookedStorage storage = new(folder);
        await using TestStore store = await TestStore.CreateAsync(storage);
        storage.Committing = name =>
        {
            if (name.StartsWith("data/", StringComparison.Ordinal))
            {
                throw new VtException(VtErrorId.StoreFull, "The medium is full.");
            }
        };
        VtException error = await Assert.ThrowsAsync<VtException>(() => store.BackupAsync(_temp.Combine("src")));
        Assert.Equal(VtErrorId.StoreFull, error.ErrorId);
        Assert.Equal(["store.json"], await store.ObjectsAsync());
        Assert.Empty(Directory.GetFiles(_temp.Combine("store", "tmp")));

        storage.Committing = null;
        VtBackup again = await store.BackupAsync(_temp.Combine("src"));
        await using TestStore reader = await TestStore.OpenAsync(_temp.Combine("store"));
        Assert.Equal(Files, await StoredTree.CheckFilesAsync(reader, again, _temp.Path));
    }

    [Fact]
    public async Task ABackupThatCannotBeCommittedLeavesTheOneBeforeAlone()
    {
        MakeFiles();
        HookedStorage storage = new(new MemoryStorage());
        await using TestStore store = await TestStore.CreateAsync(storage);
        VtBackup first = await store.BackupAsync(_temp.Combine("src"));
        storage.Committing = name =>
        {
            if (name.StartsWith("backups/", StringComparison.Ordinal))
            {
                throw new VtException(VtErrorId.StoreWriteFailed, "The network went away.");
            }
        };
        Assert.Equal(VtErrorId.StoreWriteFailed, (await Assert.ThrowsAsync<VtException>(() => store.BackupAsync(_temp.Combine("src")))).ErrorId);
        Assert.Equal([$"backups/{first.Id}.json"], await store.ObjectsAsync("backups/"));
        Assert.Empty(await store.ObjectsAsync("leases/"));
        Assert.Equal(Files, await StoredTree.CheckFilesAsync(store, first, _temp.Path));
    }

    [Fact]
    public async Task ARunWhoseLeaseWasBuriedSaysSoChecksEverythingAndSucceeds()
    {
        MakeFiles();
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        RecordingObserver observer = new() { OnEachItem = i => Once(i, () => BuryAsync(store).Wait()) };
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"), observer);
        Assert.Equal(VtBackupStatus.Complete, backup.Status);
        Assert.Single(observer.Warnings);
        Assert.Empty(await store.ObjectsAsync("leases/"));
        await using TestStore reader = await TestStore.OpenAsync(_temp.Combine("store"));
        Assert.Equal(Files, await StoredTree.CheckFilesAsync(reader, backup, _temp.Path));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task WhatWasDeletedAfterABurialIsStoredAgain(bool noticedMeanwhile, bool contentAlone)
    {
        MakeFiles();
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup first = await store.BackupAsync(_temp.Combine("src"));

        // Everything passes the change test: the run reuses all of it, without looking, because the first run knew it complete.
        RecordingObserver observer = new()
        {
            OnEachItem = i => Once(i, () =>
            {
                BuryAsync(store).Wait();
                DeleteDataAsync(store, contentAlone).Wait();
                if (noticedMeanwhile)
                {
                    store.Session.RefreshAsync(default).AsTask().Wait();
                }
            }),
        };
        VtBackup second = await store.BackupAsync(_temp.Combine("src"), observer);
        Assert.Equal(VtBackupStatus.Complete, second.Status);
        Assert.Single(observer.Warnings);
        await using TestStore reader = await TestStore.OpenAsync(_temp.Combine("store"));
        Assert.Equal(Files, await StoredTree.CheckFilesAsync(reader, second, _temp.Path));
        Assert.Equal(first.Root, second.Root);
        Assert.Equal(2, (await reader.ObjectsAsync("backups/")).Count);
        Assert.Empty(await reader.ObjectsAsync("leases/"));
    }

    [Fact]
    public async Task AStreamsBackupWhoseBlocksWereDeletedAfterABurialIsWithdrawn()
    {
        HookedStorage storage = new(new MemoryStorage());
        await using TestStore store = await TestStore.CreateAsync(storage);
        storage.Committed = async name =>
        {
            if (name.StartsWith("backups/", StringComparison.Ordinal))
            {
                await BuryAsync(store);
                await DeleteDataAsync(store);
            }
        };
        BackupRequest request = new() { Input = new MemoryStream(TestContent.Random(1000, 1)), InputName = "dump", HostName = "host" };
        VtException error = await Assert.ThrowsAsync<VtException>(() => BackupOperation.RunAsync(store.Session, request, new RecordingObserver(), default));
        Assert.Equal(VtErrorId.StoreWriteFailed, error.ErrorId);
        Assert.Equal(["store.json"], await store.ObjectsAsync());
    }

    [Fact]
    public async Task TwoRunsIntoOneStoreAtOnceBothReadBackWhole()
    {
        MakeFiles();
        for (int i = 0; i < Files; i++)
        {
            _temp.WriteFile($"other/f{i}", TestContent.Random(i * 100, i % 2 == 0 ? (ulong)i : (ulong)(i + 5000)));
        }

        await using TestStore one = await TestStore.CreateAsync(_temp.Combine("store"));
        await using TestStore two = await TestStore.OpenAsync(_temp.Combine("store"));
        Task<VtBackup> first = Task.Run(() => one.BackupAsync(_temp.Combine("src")));
        Task<VtBackup> second = Task.Run(() => two.BackupAsync(_temp.Combine("other")));
        Task<VtBackup> third = Task.Run(() => two.BackupAsync(_temp.Combine("src"), with: r => r with { Subset = "again" }));
        await using TestStore reader = await TestStore.OpenAsync(_temp.Combine("store"));
        foreach (VtBackup backup in (VtBackup[])[await first, await second, await third])
        {
            Assert.Equal(Files, await StoredTree.CheckFilesAsync(reader, backup, _temp.Path));
        }

        Assert.Equal((await first).Root, (await third).Root);
        Assert.Empty(await reader.ObjectsAsync("leases/"));
    }

    /// <summary>Stops the run when its paths are read to their end, just before it begins.</summary>
    private static async IAsyncEnumerable<byte[]> StopThenGive(CancellationTokenSource stop, byte[] path)
    {
        yield return path;
        await stop.CancelAsync();
    }

    private static LocalFolderStorage LocalFolder(string path) => new(path);

    private static async Task BuryAsync(TestStore store)
    {
        foreach (string name in (await store.ObjectsAsync("leases/")).Where(n => n.Split('.').Length == 2))
        {
            await store.Storage.DeleteAsync(name, default);
        }
    }

    private static async Task DeleteDataAsync(TestStore store, bool contentAlone = false)
    {
        foreach (string name in await store.ObjectsAsync("data/"))
        {
            byte[] header = new byte[DataFileFormat.HeaderLength];
            await store.Storage.ReadAsync(name, 0, header, default);
            if (!contentAlone || header[11] == (byte)DataFileContent.Files)
            {
                await store.Storage.DeleteAsync(name, default);
            }
        }
    }

    /// <summary>Takes the step when the first run over the sources comes to its first file.</summary>
    private void Once(VtFileResult item, Action step)
    {
        if (item.Path == "src/d0/f0" && Interlocked.Exchange(ref _stepped, 1) == 0)
        {
            step();
        }
    }

    private void MakeFiles()
    {
        for (int i = 0; i < Files; i++)
        {
            _temp.WriteFile($"src/d{i % 10}/f{i}", TestContent.Random(i * 100, (ulong)i));
        }
    }
}
