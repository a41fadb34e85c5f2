using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>How content of files becomes references.</summary>
public sealed class ContentTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(4 << 10)]
    [InlineData(256 << 10)]
    [InlineData(8 << 20)]
    public async Task HolesAreStoredExactlyAsTheZerosTheyStandFor(int average)
    {
        // Data at places that no chunk knows of, holes from one page to several chunks.
        (long Offset, int Length)[][] layouts =
        [
            [],
            [(0, 100)],
            [(23_999_999, 1)],
            [(0, 4096), (8192, 4096), (16384, 4096), (1_000_003, 7)],
            [(5_000_000, 3_000_000), (12_345_678, 10)],
            [(4096, 1_000_000), (1_100_000, 900_000), (9_000_000, 1)],
        ];
        for (int i = 0; i < layouts.Length; i++)
        {
            string sparse = _temp.WriteFile($"sparse/{i}", []);
            byte[] plain = new byte[24_000_000];
            using (SafeFileHandle file = File.OpenHandle(sparse, FileMode.Open, FileAccess.Write))
            {
                RandomAccess.SetLength(file, plain.Length);
                foreach ((long offset, int length) in layouts[i])
                {
                    byte[] data = TestContent.Random(length, (ulong)(i + length));
                    RandomAccess.Write(file, data, offset);
                    data.CopyTo(plain, offset);
                }
            }

            _temp.WriteFile($"plain/{i}", plain);
        }

        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage(), r => r with { AverageBlock = average });
        SortedDictionary<string, TreeEntry> a = await StoredTree.ReadAsync(store, await store.BackupAsync(_temp.Combine("sparse")));
        VtBackup second = await store.BackupAsync(_temp.Combine("plain"));
        SortedDictionary<string, TreeEntry> b = await StoredTree.ReadAsync(store, second);
        for (int i = 0; i < layouts.Length; i++)
        {
            Assert.Equal(b[$"plain/{i}"].Content, a[$"sparse/{i}"].Content);
            Assert.False(b[$"plain/{i}"].Sparse);
            if (OperatingSystem.IsLinux())
            {
                Assert.True(a[$"sparse/{i}"].Sparse);
            }
        }

        Assert.Equal(0, second.DataBlocksNew);
        Assert.Equal(layouts.Length, await StoredTree.CheckFilesAsync(store, second, _temp.Path));
    }

    [UnixFact]
    public async Task ATerabyteOfHoleTakesSecondsAndAlmostNoSpace()
    {
        string path = _temp.WriteFile("src/huge", []);
        (long Offset, byte[] Data)[] parts = [(0, "start"u8.ToArray()), ((1L << 39) + 12345, TestContent.Random(100_000, 1)), ((1L << 40) - 3, "end"u8.ToArray())];
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.SetLength(file, 1L << 40);
            foreach ((long offset, byte[] data) in parts)
            {
                RandomAccess.Write(file, data, offset);
            }
        }

        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        Stopwatch watch = Stopwatch.StartNew();
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
        Assert.Equal(1L << 40, backup.BytesTotal);
        Assert.InRange(backup.BytesStored, 100_000, 1_000_000);
        Assert.InRange(backup.BytesRead, 100_000, 10_000_000);
        VtBlockReference content = (await StoredTree.ReadAsync(store, backup))["src/huge"].Content!;
        foreach ((long offset, byte[] data) in parts)
        {
            byte[] read = new byte[data.Length];
            Assert.Equal(read.Length, await store.Session.Trees.ReadAsync(content, offset, read, default));
            Assert.Equal(data, read);
        }

        byte[] hole = new byte[1000];
        await store.Session.Trees.ReadAsync(content, 1L << 38, hole, default);
        Assert.Equal(new byte[1000], hole);
    }

    [Fact]
    public async Task AByteInsertedAtTheFrontOfALargeFileAddsLittle()
    {
        byte[] content = TestContent.Random(64 << 20, 1);
        string path = _temp.WriteFile("src/large", content);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        await store.BackupAsync(_temp.Combine("src"));
        using (FileStream file = File.Create(path))
        {
            file.WriteByte(42);
            file.Write(content);
        }

        VtBackup second = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal((64 << 20) + 1, second.BytesRead);
        Assert.InRange(second.BytesNew, 1, 4 << 20);
        Assert.Equal(1, await StoredTree.CheckFilesAsync(store, second, _temp.Path));
    }

    [Fact]
    public async Task ShortContentIsALiteralRepeatedBytesARunAndEqualFilesOneBlock()
    {
        _temp.WriteFile("src/empty", []);
        _temp.WriteFile("src/short", new byte[32]);
        _temp.WriteFile("src/run", Enumerable.Repeat((byte)'x', 33).ToArray());
        _temp.WriteFile("src/long-run", Enumerable.Repeat((byte)'x', 10_000_000).ToArray());
        _temp.WriteFile("src/equal-1", TestContent.Random(33, 1));
        _temp.WriteFile("src/equal-2", TestContent.Random(33, 1));
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage());
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal((1, 1), (backup.DataBlocksNew, backup.BlocksKnown));
        SortedDictionary<string, TreeEntry> entries = await StoredTree.ReadAsync(store, backup);
        Assert.Equal("literal:", entries["src/empty"].Content!.ToString());
        Assert.Equal("literal:" + new string('0', 64), entries["src/short"].Content!.ToString());
        Assert.Equal("run:78:33", entries["src/run"].Content!.ToString());
        Assert.Equal("run:78:10000000", entries["src/long-run"].Content!.ToString());
        Assert.Equal(entries["src/equal-1"].Content, entries["src/equal-2"].Content);
    }

    [UnixFact]
    public async Task NamesOfOneFileShareAGroupAndAreReadOnce()
    {
        _temp.WriteFile("src/z/first", TestContent.Random(10_000, 1));
        Directory.CreateDirectory(_temp.Combine("src", "a"));
        using (VtPS.Engine.IO.DirectoryHandle z = VtPS.Engine.IO.FileSystem.Current.OpenDirectory(_temp.CombineBytes("src", "z")))
        using (VtPS.Engine.IO.DirectoryHandle a = VtPS.Engine.IO.FileSystem.Current.OpenDirectory(_temp.CombineBytes("src", "a")))
        {
            a.CreateHardLink("second"u8.ToArray(), z, "first"u8.ToArray());
            z.CreateHardLink("third"u8.ToArray(), z, "first"u8.ToArray());
        }

        _temp.WriteFile("src/alone", TestContent.Random(10_000, 1));
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup first = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal((4, 4, 0, 0), (first.FileCount, first.FilesNew, first.FilesChanged, first.FilesUnchanged));
        Assert.Equal((20_000, 40_000), (first.BytesRead, first.BytesTotal));
        SortedDictionary<string, TreeEntry> entries = await StoredTree.ReadAsync(store, first);
        byte[] group = BlockHasher.Compute(VtHashName.Sha256, "src/a/second"u8).ToByteArray();
        Assert.All((string[])["src/a/second", "src/z/first", "src/z/third"], p => Assert.Equal(group, entries[p].LinkGroup));
        Assert.Null(entries["src/alone"].LinkGroup);

        VtBackup second = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal((0, 0, 4, 0), (second.FilesNew, second.FilesChanged, second.FilesUnchanged, second.BytesRead));
        Assert.Equal(first.Root, second.Root);
    }

    [UnixFact]
    public async Task SocketsAreCountedAndLeft()
    {
        _temp.WriteFile("src/file", "x");
        using (VtPS.Engine.IO.DirectoryHandle directory = VtPS.Engine.IO.FileSystem.Current.OpenDirectory(_temp.CombineBytes("src")))
        {
            directory.CreateNode("socket"u8.ToArray(), VtItemType.Socket, 0x1ed, 0, 0);
            directory.CreateNode("pipe"u8.ToArray(), VtItemType.Fifo, 0x1a4, 0, 0);
        }

        RecordingObserver observer = new();
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"), observer);
        Assert.Equal((VtBackupStatus.Complete, 1, 1), (backup.Status, backup.SocketsIgnored, backup.OtherCount));
        Assert.Equal(["src", "src/file", "src/pipe"], await store.ListAsync(backup));
        Assert.Contains(observer.Items, i => i.Path == "src/socket" && i.Action == VtFileAction.Ignored);
        Assert.Empty(observer.Errors);
    }

    [UnixFact]
    public async Task AnUnchangedTreeOfEverythingHasTheSameReferenceAgain()
    {
        string tree = _temp.CreateFolder("nasty");
        NastyTree.Create(tree, new NastyTreeOptions { ManyEntries = 3000 });
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtBackup first = await store.BackupAsync(tree);
        Assert.Equal(VtBackupStatus.Complete, first.Status);
        Assert.Equal(first.Root, (await store.BackupAsync(tree, with: r => r with { BaseIds = [], ThrottleLimit = 1 })).Root);
        await Task.Delay(2100);
        await store.BackupAsync(tree);
        VtBackup last = await store.BackupAsync(tree);
        Assert.Equal((first.Root, 0, 0), (last.Root, last.BytesRead, last.BlocksNew));
        Assert.Equal(first.FileCount, last.FilesUnchanged);
    }
}
