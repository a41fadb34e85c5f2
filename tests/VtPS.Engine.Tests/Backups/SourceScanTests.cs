using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>The sources are looked at ahead of the walk: whatever happens to either, each entry stands where it lies. Every file here holds its own path.</summary>
public sealed class SourceScanTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task DirectoriesBetweenFilesBeyondTheLengthOfAPartStandWhereTheyLie()
    {
        WideTree.Make(_temp, 2000);
        List<string> expected = WideTree.List(_temp);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup first = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal(expected, await store.ListAsync(first));
        Assert.Equal(first.FileCount, await StoredTree.CheckFilesAsync(store, first, _temp.Path));
        Assert.Equal((VtBackupStatus.Complete, expected.Count), (first.Status, first.FileCount + first.DirectoryCount));

        VtBackup inside = await store.BackupAsync([_temp.CombineBytes("src")], with: r => r with { Root = _temp.CombineBytes("src") });
        Assert.Equal(expected.Skip(1).Select(path => path[4..]), await store.ListAsync(inside));

        await Task.Delay(2100);
        VtBackup again = await store.BackupAsync(_temp.Combine("src"), with: r => r with { BaseIds = [first.Id] });
        Assert.Equal((first.Root, first.FileCount), (again.Root, again.FileCount));
        VtBackup unchanged = await store.BackupAsync(_temp.Combine("src"), with: r => r with { BaseIds = [again.Id] });
        Assert.Equal((first.Root, first.FileCount, 0), (unchanged.Root, unchanged.FilesUnchanged, unchanged.BytesRead));
    }

    [UnixFact]
    public async Task HundredsOfSinglePathsStandAtTheTopWithWhatIsBelowThem()
    {
        List<byte[]> paths = [];
        SortedSet<string> expected = new(StringComparer.Ordinal);
        int files = 0;
        for (int i = 0; i < 400; i++)
        {
            string name = $"n{i:d3}";
            string folder = $"from{i % 37}/{i % 5}";
            if (i % 3 == 0)
            {
                // Every second of these by a link that the path follows.
                bool isLink = i % 2 == 0;
                string target = isLink ? $"targets/{name}" : $"{folder}/{name}";
                _temp.WriteFile($"{target}/below/file", name);
                _temp.CreateFolder($"{target}/empty");
                if (isLink)
                {
                    _temp.CreateFolder(folder);
                    File.CreateSymbolicLink(_temp.Combine(folder, name), _temp.Combine(target));
                }

                paths.Add(_temp.CombineBytes(folder, isLink ? name + "/" : name));
                expected.UnionWith([name, $"{name}/below", $"{name}/below/file", $"{name}/empty"]);
            }
            else
            {
                _temp.WriteFile($"{folder}/{name}", name);
                paths.Add(_temp.CombineBytes(folder, name));
                expected.Add(name);
            }

            files++;
        }

        paths.Insert(200, _temp.CombineBytes("from1", "m"));
        paths.Insert(300, _temp.CombineBytes("missing", "z"));
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup backup = await store.BackupAsync([.. paths], with: r => r with { SkipMissing = true });
        Assert.Equal((VtBackupStatus.CompleteWithErrors, 2, files), (backup.Status, backup.ItemsVanished, backup.FileCount));
        Assert.Equal(expected, await store.ListAsync(backup));
        foreach ((string path, TreeEntry entry) in await StoredTree.ReadAsync(store, backup))
        {
            if (entry.Type == VtItemType.File)
            {
                Assert.Equal(path[..4], Encoding.UTF8.GetString(await store.ReadFileAsync(backup, path)));
            }
        }

        VtException error = await Assert.ThrowsAsync<VtException>(() => store.BackupAsync([.. paths]));
        Assert.Equal(VtErrorId.PathNotFound, error.ErrorId);
        Assert.Empty(WideTree.Open(_temp, "from", "targets"));
    }

    [UnixFact]
    public async Task DirectoriesThatMayNotBeLookedIntoAreErrorsAndAllOthersStandWhereTheyLie()
    {
        WideTree.Make(_temp);
        HashSet<string> closed = ["src/0013", "src/0600", "src/0612/s1", "src/zz"];
        List<string> expected = WideTree.List(_temp);
        using (DirectoryHandle top = _temp.Open())
        {
            top.SetMode(null, 0x1ed);
        }

        foreach (string path in closed)
        {
            using DirectoryHandle directory = FileSystem.Current.OpenDirectory(_temp.CombineBytes(path));
            directory.SetMode(null, NastyTree.IsRoot ? 0x1c0 : 0);
        }

        expected.RemoveAll(path => closed.Any(c => path.StartsWith(c + "/", StringComparison.Ordinal)));
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        BackupRequest request = new() { Paths = new[] { _temp.CombineBytes("src") }.ToAsyncEnumerable(), HostName = "host" };
        SourcePlan plan = await SourcePlan.CreateAsync(request.Paths, null, default);
        RecordingObserver observer = new();
        AsNobody.Run(() =>
        {
            using ProgressMeter progress = new(observer, "Looking");
            using BackupRun run = new(store.Session, null, request, observer, progress, default);
            run.WalkDry(plan, []);
            Assert.Equal(closed.Count, run.Counters.Denied);
        });
        Assert.Equal(expected, observer.Items.Where(i => i.Action == VtFileAction.New).Select(i => i.Path));
        Assert.Equal(closed.Select(path => _temp.Combine(path)).Order(StringComparer.Ordinal), observer.Errors.Select(e => (string)e.Target!));
        Assert.Empty(WideTree.Open(_temp));
    }

    [UnixTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AReportThatFailsEndsTheRunAndTheNextOneHasEveryEntryInItsDirectory(bool first)
    {
        WideTree.Make(_temp);
        string at = first ? "src" : "src/0612";
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        RecordingObserver observer = new()
        {
            OnEachItem = i =>
            {
                if (i.Path == at && i.Action != VtFileAction.Failed)
                {
                    throw new IOException("No one hears.");
                }
            },
        };
        IOException error = await Assert.ThrowsAsync<IOException>(() => store.BackupAsync(_temp.Combine("src"), observer));
        Assert.Equal("No one hears.", error.Message);
        Assert.Empty(observer.Errors);
        Assert.Empty(WideTree.Open(_temp));
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal(VtBackupStatus.Complete, backup.Status);
        Assert.Equal(WideTree.List(_temp), await store.ListAsync(backup));
        Assert.Equal(backup.FileCount, await StoredTree.CheckFilesAsync(store, backup, _temp.Path));
    }

    [UnixTheory]
    [InlineData("stop", true)]
    [InlineData("stop", false)]
    [InlineData("fail", true)]
    [InlineData("fail", false)]
    public async Task ARunThatEndsWhileTheScanIsAheadLeavesNothingOpen(string how, bool dry)
    {
        WideTree.Make(_temp);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        using CancellationTokenSource stop = new();
        RecordingObserver observer = new()
        {
            OnEachItem = i =>
            {
                if (i.Path == "src/0013")
                {
                    SpinWait.SpinUntil(() => WideTree.Open(_temp).Count > 5, 10_000);
                    Assert.InRange(WideTree.Open(_temp).Count, 6, 1000);
                    if (how == "fail")
                    {
                        throw new InvalidOperationException("The observer fails.");
                    }

                    stop.Cancel();
                }
            },
        };
        BackupRequest request = new() { Paths = new[] { _temp.CombineBytes("src") }.ToAsyncEnumerable(), HostName = "host" };
        Exception? error = await Record.ExceptionAsync(() => dry
            ? BackupOperation.PlanAsync(store.Session, request, observer, stop.Token)
            : BackupOperation.RunAsync(store.Session, request, observer, stop.Token));
        if (how == "fail")
        {
            Assert.IsType<InvalidOperationException>(error);
        }
        else if (dry)
        {
            Assert.IsAssignableFrom<OperationCanceledException>(error);
        }
        else
        {
            Assert.Null(error);
        }

        Assert.Empty(WideTree.Open(_temp));
    }

    [UnixFact]
    public async Task WhatComesGoesAndIsReplacedMeanwhileTouchesNothingBesideIt()
    {
        WideTree.Make(_temp);
        List<string> stable = WideTree.List(_temp);
        using CancellationTokenSource ended = new();
        Task churning = Task.Run(() => Churn(ended.Token));
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        try
        {
            for (int round = 0; round < 4; round++)
            {
                RecordingObserver observer = new();
                VtBackup backup = await store.BackupAsync(_temp.Combine("src"), observer);
                Assert.InRange(backup.Status, VtBackupStatus.Complete, VtBackupStatus.CompleteWithErrors);
                Assert.All(observer.Errors, e => Assert.Contains("-churn", (string)e.Target!, StringComparison.Ordinal));
                List<string> stored = await store.ListAsync(backup);
                Assert.Equal(stable, stored.Where(path => !path.Contains("-churn", StringComparison.Ordinal)));
                foreach ((string path, TreeEntry entry) in await StoredTree.ReadAsync(store, backup))
                {
                    if (entry.Type == VtItemType.File)
                    {
                        byte[] content = new byte[entry.Size];
                        await store.Session.Trees.ReadAsync(entry.Content!, 0, content, default);
                        Assert.Contains(Encoding.UTF8.GetString(content), path.Contains("-churn", StringComparison.Ordinal) ? [string.Empty, path] : (string[])[path]);
                    }
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
            await churning;
        }

        Assert.Empty(WideTree.Open(_temp));
    }

    /// <summary>Makes, fills, replaces by files and links, and removes directories between those that stay.</summary>
    private void Churn(CancellationToken ended)
    {
        Random random = new(1);
        while (!ended.IsCancellationRequested)
        {
            string name = $"src/{random.Next(700):d4}-churn";
            string path = _temp.Combine(name);
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }

            switch (random.Next(4))
            {
                case 0:
                    File.WriteAllText(path, name);
                    break;
                case 1:
                    File.CreateSymbolicLink(path, "0013");
                    break;
                default:
                    foreach (string below in (string[])["a", "b/c", "d"])
                    {
                        _temp.WriteFile($"{name}/{below}", $"{name}/{below}");
                    }

                    break;
            }
        }
    }
}
