using VtPS.Engine.Operations;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Sources that change, go away or refuse while a run reads them.</summary>
public sealed class RaceTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("grow")]
    [InlineData("truncate")]
    [InlineData("rewrite")]
    public async Task AFileThatChangesWhileItIsReadIsMarkedAndReadAgainNextTime(string how)
    {
        string path = _temp.WriteFile("src/busy", TestContent.Random(40_000_000, 1));
        _temp.WriteFile("src/quiet", "quiet");
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        using CancellationTokenSource ended = new();
        Task changing = Task.Run(() =>
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            for (int i = 0; !ended.IsCancellationRequested; i++)
            {
                switch (how)
                {
                    case "grow":
                        file.Seek(0, SeekOrigin.End);
                        file.WriteByte((byte)i);
                        break;
                    case "truncate":
                        file.SetLength(40_000_000 - (i % 1000));
                        break;
                    default:
                        file.Seek(i * 4096 % 40_000_000, SeekOrigin.Begin);
                        file.WriteByte((byte)i);
                        break;
                }

                Thread.Sleep(1);
            }
        });
        await Task.Delay(20);
        VtBackup first = await store.BackupAsync(_temp.Combine("src"));
        await ended.CancelAsync();
        await changing;

        Assert.Equal((1, 0, VtBackupStatus.Complete), (first.FilesChangedWhileRead, first.ItemsFailed, first.Status));
        SortedDictionary<string, TreeEntry> entries = await StoredTree.ReadAsync(store, first);
        Assert.True(entries["src/busy"].ChangedWhileRead);
        Assert.False(entries["src/quiet"].ChangedWhileRead);
        Assert.Equal(entries["src/busy"].Size, entries["src/busy"].Content!.Length);

        await Task.Delay(2100);
        RecordingObserver observer = new();
        VtBackup second = await store.BackupAsync(_temp.Combine("src"), observer);
        Assert.Equal(0, second.FilesChangedWhileRead);
        Assert.InRange(second.BytesRead, 39_990_000, 41_000_000);
        Assert.Equal(VtFileAction.Changed, Assert.Single(observer.Items, i => i.Path == "src/busy").Action);
        Assert.Equal(2, await StoredTree.CheckFilesAsync(store, second, _temp.Path));
    }

    [Fact]
    public async Task AFileThatGoesAwayBeforeItIsReadIsOneErrorAndTheRunGoesOn()
    {
        foreach (string name in (string[])["a", "b", "c"])
        {
            _temp.WriteFile("src/" + name, name);
        }

        RecordingObserver observer = new() { OnEachItem = i => Delete(i, "src/a", _temp.Combine("src", "b")) };
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"), observer, r => r with { ThrottleLimit = 1 });
        Assert.Equal((VtBackupStatus.CompleteWithErrors, 1, 0, 0, 2), (backup.Status, backup.ItemsVanished, backup.ItemsDenied, backup.ItemsFailed, backup.FileCount));
        Assert.Equal(["src", "src/a", "src/c"], await store.ListAsync(backup));
        VtError error = Assert.Single(observer.Errors);
        Assert.Equal((VtErrorId.SourceVanished, _temp.Combine("src", "b")), (error.Id, error.Target));
        Assert.Contains(observer.Items, i => i.Path == "src/b" && i.Action == VtFileAction.Failed);
    }

    [UnixFact]
    public async Task AFileThatMayNotBeReadIsOneErrorAndTheRunGoesOn()
    {
        // Not even root may read this one.
        const string Denied = "/proc/sys/vm/compact_memory";
        if (!File.Exists(Denied))
        {
            return;
        }

        _temp.WriteFile("src/a", "a");
        RecordingObserver observer = new();
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup backup = await store.BackupAsync([_temp.CombineBytes("src"), TestContent.Utf8(Denied)], observer);
        Assert.Equal((VtBackupStatus.CompleteWithErrors, 1, 0, 0), (backup.Status, backup.ItemsDenied, backup.ItemsVanished, backup.ItemsFailed));
        Assert.Equal(["src", "src/a"], await store.ListAsync(backup));
        VtError error = Assert.Single(observer.Errors);
        Assert.Equal((VtErrorId.SourceDenied, Denied), (error.Id, error.Target));
    }

    [UnixFact]
    public async Task AnotherFilePutInThePlaceOfALinkedOneDoesNotLendItsContentToTheOtherNames()
    {
        _temp.WriteFile("src/0", "0");
        string linked = _temp.WriteFile("src/a", "the linked file");
        using (VtPS.Engine.IO.DirectoryHandle directory = VtPS.Engine.IO.FileSystem.Current.OpenDirectory(_temp.CombineBytes("src")))
        {
            directory.CreateHardLink("b"u8.ToArray(), directory, "a"u8.ToArray());
        }

        string other = _temp.WriteFile("other", "another one");
        RecordingObserver observer = new()
        {
            OnEachItem = i =>
            {
                if (i.Path == "src/0")
                {
                    File.Move(other, linked, overwrite: true);
                }
            },
        };
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"), observer, r => r with { ThrottleLimit = 1 });
        Assert.Equal((VtBackupStatus.CompleteWithErrors, 1), (backup.Status, backup.ItemsFailed));
        SortedDictionary<string, TreeEntry> entries = await StoredTree.ReadAsync(store, backup);
        Assert.Equal(["src", "src/0", "src/a"], entries.Keys);
        Assert.Null(entries["src/a"].LinkGroup);
        Assert.Equal("another one"u8.ToArray(), await store.ReadFileAsync(backup, "src/a"));

        VtBackup next = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal("the linked file"u8.ToArray(), await store.ReadFileAsync(next, "src/b"));
    }

    [UnixFact]
    public async Task ALinkPutInThePlaceOfAFileIsNotFollowed()
    {
        _temp.WriteFile("src/0", "0");
        string swapped = _temp.WriteFile("src/a", "harmless");
        string secret = _temp.WriteFile("secret", "secret");
        RecordingObserver observer = new()
        {
            OnEachItem = i =>
            {
                if (i.Path == "src/0")
                {
                    File.Delete(swapped);
                    File.CreateSymbolicLink(swapped, secret);
                }
            },
        };
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"), observer, r => r with { ThrottleLimit = 1 });
        Assert.Equal(VtBackupStatus.CompleteWithErrors, backup.Status);
        Assert.Equal(["src", "src/0"], await store.ListAsync(backup));
    }

    private static void Delete(VtFileResult item, string when, string path)
    {
        if (item.Path == when)
        {
            File.Delete(path);
        }
    }
}
