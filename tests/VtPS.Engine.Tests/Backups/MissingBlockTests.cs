using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Sqlite;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>A reused file whose blocks are not in the Store any more is read afresh.</summary>
public sealed class MissingBlockTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task AfterADataFileIsLostTheNextRunStoresItsBlocksAgain(int kind, bool keptIndex)
    {
        _temp.WriteFile("src/small", TestContent.Random(1000, 1));
        _temp.WriteFile("src/sub/large", TestContent.Random(6_000_000, 2));
        _temp.WriteFile("src/sub/empty", "");
        await Task.Delay(2100);
        IBlockIndexFactory indexes = keptIndex ? new SqliteBlockIndexFactory(_temp.Combine("index")) : new MemoryBlockIndexFactory();
        await using (TestStore store = await TestStore.CreateAsync(_temp.Combine("store"), r => r with { AverageBlock = 16 << 10 }, indexes))
        {
            await store.BackupAsync(_temp.Combine("src"));
            await DeleteDataAsync(store, (DataFileContent)kind);
        }

        VtBackup second;
        await using (TestStore store = await TestStore.OpenAsync(_temp.Combine("store"), indexes))
        {
            second = await store.BackupAsync(_temp.Combine("src"));
            Assert.Equal(VtBackupStatus.Complete, second.Status);
            Assert.Equal(6_001_000, second.BytesRead);
        }

        await using TestStore reader = await TestStore.OpenAsync(_temp.Combine("store"));
        Assert.Equal(3, await StoredTree.CheckFilesAsync(reader, second, _temp.Path));
    }

    [Fact]
    public async Task AFileOfWhichOnlySomeBlocksAreLostIsReadFromItsStart()
    {
        byte[] content = TestContent.Random(9_000_000, 3);
        _temp.WriteFile("half/file", content[..4_500_000]);
        _temp.WriteFile("src/file", content);
        await Task.Delay(2100);
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"), r => r with { AverageBlock = 64 << 10 });
        await store.BackupAsync(_temp.Combine("half"));
        List<string> ofHalf = await FilesAsync(store, DataFileContent.Files);
        VtBackup first = await store.BackupAsync(_temp.Combine("src"));
        Assert.InRange(first.BlocksKnown, 40, 100);
        foreach (string name in ofHalf)
        {
            await store.Storage.DeleteAsync(name, default);
        }

        await using TestStore later = await TestStore.OpenAsync(_temp.Combine("store"));
        VtBackup second = await later.BackupAsync(_temp.Combine("src"));
        Assert.Equal(9_000_000, second.BytesRead);
        Assert.Equal(first.Root, second.Root);
        await using TestStore reader = await TestStore.OpenAsync(_temp.Combine("store"));
        Assert.Equal(content, await reader.ReadFileAsync(second, "src/file"));
    }

    private static async Task DeleteDataAsync(TestStore store, DataFileContent content)
    {
        List<string> files = await FilesAsync(store, content);
        Assert.NotEmpty(files);
        foreach (string name in files)
        {
            await store.Storage.DeleteAsync(name, default);
        }
    }

    private static async Task<List<string>> FilesAsync(TestStore store, DataFileContent content)
    {
        List<string> files = [];
        foreach (string name in await store.ObjectsAsync("data/"))
        {
            byte[] header = new byte[64];
            await store.Storage.ReadAsync(name, 0, header, default);
            if (header[11] == (byte)content)
            {
                files.Add(name);
            }
        }

        return files;
    }
}
