using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

public class BackupRunTests
{
    [Fact]
    public async Task ABackupHoldsEveryFileAndASecondRunReadsNothing()
    {
        using TempFolder temp = new();
        temp.WriteFile("src/a.txt", "hello");
        temp.WriteFile("src/sub/b.txt", new string('b', 100));
        temp.WriteFile("src/sub/big.bin", TestContent.Random(9_000_000, 1));
        temp.WriteFile("src/empty", "");
        MakeOld(temp.Combine("src"));
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));

        VtBackup first = await store.BackupAsync(temp.Combine("src"));
        Assert.Equal(VtBackupStatus.Complete, first.Status);
        Assert.Equal(["src", "src/a.txt", "src/empty", "src/sub", "src/sub/b.txt", "src/sub/big.bin"], await store.ListAsync(first));
        Assert.Equal("hello", Encoding.UTF8.GetString(await store.ReadFileAsync(first, "src/a.txt")));
        Assert.Equal(TestContent.Random(9_000_000, 1), await store.ReadFileAsync(first, "src/sub/big.bin"));
        Assert.Equal(9_000_105, first.BytesRead);
        Assert.Equal((4, 2, 0), (first.FileCount, first.DirectoryCount, first.OtherCount));

        VtBackup second = await store.BackupAsync(temp.Combine("src"));
        Assert.Equal(0, second.BytesRead);
        Assert.Equal(0, second.BlocksNew);
        Assert.Equal(0, second.BytesStored);
        Assert.Equal(4, second.FilesUnchanged);
        Assert.Equal([first.Id], second.BasedOn);
        Assert.Equal(first.Root, second.Root);
    }

    [Fact]
    public async Task InMemoryAndInAFolderTheSameTreeHasTheSameReference()
    {
        using TempFolder temp = new();
        for (int i = 0; i < 50; i++)
        {
            temp.WriteFile($"src/d{i % 7}/f{i}.bin", TestContent.Random(i * 5000, (ulong)i));
        }

        await using TestStore folder = await TestStore.CreateAsync(temp.Combine("store"));
        await using TestStore memory = await TestStore.CreateAsync(new MemoryStorage());
        VtBackup a = await folder.BackupAsync(temp.Combine("src"));
        VtBackup b = await memory.BackupAsync(temp.Combine("src"), with: r => r with { ThrottleLimit = 1 });
        Assert.Equal(a.Root, b.Root);
    }

    [Fact]
    public async Task AFileThatIsTooYoungIsReadAgain()
    {
        using TempFolder temp = new();
        temp.WriteFile("src/a.txt", "hello");
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        await store.BackupAsync(temp.Combine("src"));
        VtBackup second = await store.BackupAsync(temp.Combine("src"));
        Assert.Equal(5, second.BytesRead);
        Assert.Equal(0, second.DataBlocksNew);
    }

    private static void MakeOld(string folder)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        }
    }
}
