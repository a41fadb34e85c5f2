using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Which files a run reads again.</summary>
public sealed class ChangeTestTests : IAsyncLifetime
{
    private static readonly DateTime Old = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TempFolder _temp = new();
    private TestStore _store = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 4; i++)
        {
            File.SetLastWriteTimeUtc(_temp.WriteFile($"src/file-{i}", TestContent.Random(1000 + i, (ulong)i)), Old);
        }

        _store = await TestStore.CreateAsync(_temp.Combine("store"));

        // A file must be two seconds older than the moment it is opened for its times to be believed.
        await Task.Delay(2100);
        VtBackup first = await BackupAsync();
        Assert.Equal((4, 0), (first.FilesNew, first.FilesUnchanged));
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task ATouchedFileIsReadAndAddsNoDataBlock()
    {
        File.SetLastWriteTimeUtc(_temp.Combine("src", "file-2"), Old.AddYears(1));
        VtBackup second = await BackupAsync();
        Assert.Equal((1002, 0), (second.BytesRead, second.DataBlocksNew));
        Assert.Equal((0, 1, 3), (second.FilesNew, second.FilesChanged, second.FilesUnchanged));
        Assert.Equal(new FileTime(new DateTimeOffset(Old.AddYears(1)).ToUnixTimeSeconds(), 0), (await StoredTree.ReadAsync(_store, second))["src/file-2"].Modified);
    }

    [UnixFact]
    public async Task AChangeBehindAnOldTimeIsSeenByTheInodesOwnTimeAlone()
    {
        byte[] changed = TestContent.Random(1002, 99);
        File.WriteAllBytes(_temp.Combine("src", "file-2"), changed);
        File.SetLastWriteTimeUtc(_temp.Combine("src", "file-2"), Old);
        await Task.Delay(2100);

        VtBackup lax = await BackupAsync(ChangeTest.SizeTime);
        Assert.Equal((0, 4), (lax.BytesRead, lax.FilesUnchanged));
        Assert.Equal(TestContent.Random(1002, 2), await _store.ReadFileAsync(lax, "src/file-2"));

        // The lax run must not have made the change invisible to the strict ones after it.
        VtBackup strict = await BackupAsync();
        Assert.Equal((1002, 3), (strict.BytesRead, strict.FilesUnchanged));
        Assert.Equal(changed, await _store.ReadFileAsync(strict, "src/file-2"));
    }

    [Fact]
    public async Task TheContentTestReadsEverything()
    {
        VtBackup second = await BackupAsync(ChangeTest.Content);
        Assert.Equal((4006, 0, 0), (second.BytesRead, second.DataBlocksNew, second.FilesUnchanged));
    }

    [Fact]
    public async Task AnotherSizeIsAChange()
    {
        string path = _temp.Combine("src", "file-1");
        File.AppendAllText(path, "x");
        File.SetLastWriteTimeUtc(path, Old);
        VtBackup second = await BackupAsync(ChangeTest.SizeTime);
        Assert.Equal(1002, second.BytesRead);
    }

    [UnixFact]
    public async Task ANewModeOrAttributeIsStoredAlthoughTheContentIsNot()
    {
        using (DirectoryHandle directory = FileSystem.Current.OpenDirectory(_temp.CombineBytes("src")))
        {
            directory.SetMode("file-0"u8.ToArray(), 0x100);
            directory.SetExtendedAttribute("file-1"u8.ToArray(), new ExtendedAttribute("user.new"u8.ToArray(), [1, 2]));
        }

        VtBackup second = await BackupAsync();
        Assert.Equal((2, 2, 0), (second.FilesChanged, second.FilesUnchanged, second.DataBlocksNew));
        SortedDictionary<string, TreeEntry> entries = await StoredTree.ReadAsync(_store, second);
        Assert.Equal(0x100, entries["src/file-0"].Mode);
        Assert.Equal("user.new"u8.ToArray(), Assert.Single(entries["src/file-1"].ExtendedAttributes).Name);
    }

    [UnixFact]
    public async Task AFileRenamedOverAnotherOfItsSizeAndTimeIsRead()
    {
        byte[] other = TestContent.Random(1003, 77);
        File.SetLastWriteTimeUtc(_temp.WriteFile("new", other), Old);
        File.Move(_temp.Combine("new"), _temp.Combine("src", "file-3"), overwrite: true);
        VtBackup second = await BackupAsync();
        Assert.Equal(1003, second.BytesRead);
        Assert.Equal(other, await _store.ReadFileAsync(second, "src/file-3"));
    }

    [UnixFact]
    public async Task AFileOrDirectoryThatBecameTheOtherIsStoredAsWhatItIs()
    {
        File.Delete(_temp.Combine("src", "file-0"));
        _temp.WriteFile("src/file-0/inside", "text");
        VtBackup second = await BackupAsync();
        Assert.Contains("src/file-0/inside", await _store.ListAsync(second));
        Directory.Delete(_temp.Combine("src", "file-0"), recursive: true);
        _temp.WriteFile("src/file-0", "file again");
        VtBackup third = await BackupAsync();
        Assert.Equal("file again"u8.ToArray(), await _store.ReadFileAsync(third, "src/file-0"));
    }

    private Task<VtBackup> BackupAsync(ChangeTest test = default) => _store.BackupAsync(_temp.Combine("src"), with: r => r with { ChangeTest = test });
}
