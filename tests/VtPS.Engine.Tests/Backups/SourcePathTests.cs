using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>From the paths given to the tree of the backup.</summary>
public sealed class SourcePathTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private TestStore _store = null!;

    public async Task InitializeAsync()
    {
        foreach (string name in (string[])["a/one", "a/deep/er/two", "b/one", "b/three", "c"])
        {
            _temp.WriteFile(name, name);
        }

        _store = await TestStore.CreateAsync(_temp.Combine("store"));
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task WithoutARootEachPathIsATopEntryByItsLastName()
    {
        VtBackup backup = await BackupAsync(null, "b", "a/deep/er", "c");
        Assert.Equal(["b", "b/one", "b/three", "c", "er", "er/two"], await _store.ListAsync(backup));
        Assert.Equal([_temp.Combine("a", "deep", "er"), _temp.Combine("b"), _temp.Combine("c")], backup.SourcePath);
        Assert.Equal(string.Join(":", backup.SourcePath), backup.Subset);
    }

    [Fact]
    public async Task WithARootEachPathStandsAtItsPathBelowIt()
    {
        VtBackup backup = await BackupAsync("", "a/deep/er/two", "b/one", "a/one");
        Assert.Equal(["a", "a/deep", "a/deep/er", "a/deep/er/two", "a/one", "b", "b/one"], await _store.ListAsync(backup));
        Assert.Equal((3, 4), (backup.FileCount, backup.DirectoryCount));
        Assert.Equal(_temp.Path, backup.Subset);
        Assert.Equal("a/deep/er/two"u8.ToArray(), await _store.ReadFileAsync(backup, "a/deep/er/two"));
    }

    [Fact]
    public async Task ARootThatIsAPathGivenGivesItsChildren()
    {
        VtBackup backup = await BackupAsync("a", "a");
        Assert.Equal(["deep", "deep/er", "deep/er/two", "one"], await _store.ListAsync(backup));
        Assert.Equal(["deep", "deep/er", "deep/er/two", "one"], await _store.ListAsync(await BackupAsync("a/", "a/")));
    }

    [UnixFact]
    public async Task TheRootOfTheFileSystemAsRootKeepsTheWholePath()
    {
        VtBackup backup = await _store.BackupAsync([_temp.CombineBytes("b", "one")], with: r => r with { Root = "/"u8.ToArray() });
        Assert.Contains(_temp.Combine("b", "one")[1..], await _store.ListAsync(backup));
        Assert.Equal((1, "/"), (backup.FileCount, backup.Subset));
    }

    [Fact]
    public async Task APathInsideAnotherAddsNothingInAnyOrder()
    {
        Assert.Equal((await BackupAsync(null, "a")).Root, (await BackupAsync(null, "a", "a/deep/er/two")).Root);
        Assert.Equal((await BackupAsync(null, "a")).Root, (await BackupAsync(null, "a/deep/er/two", "a/one", "a", "a/")).Root);
        Assert.Equal((await BackupAsync("", "a")).Root, (await BackupAsync("", "a/deep", "a")).Root);
        VtBackup twice = await BackupAsync(null, "c", "c");
        Assert.Equal(["c"], await _store.ListAsync(twice));
    }

    [Fact]
    public async Task TwoPathsOfOneLastNameClashAndNothingIsWritten()
    {
        VtException error = await FailAsync(null, "a/one", "b/one");
        Assert.Equal(VtErrorId.PathNameClash, error.ErrorId);
        Assert.Contains("-Root", error.Message, StringComparison.Ordinal);
        Assert.Equal(["store.json"], await _store.ObjectsAsync());
    }

    [Theory]
    [InlineData("a", "b/one")]
    [InlineData("a/deep", "a")]
    [InlineData("a", "ab")]
    [InlineData("nowhere", "a")]
    public async Task APathThatIsNotBelowTheRootIsRefused(string root, string path)
    {
        VtException error = await FailAsync(root, path);
        Assert.Equal(VtErrorId.PathNotFound, error.ErrorId);
        Assert.Equal(["store.json"], await _store.ObjectsAsync());
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData(null, "c/not-a-directory")]
    [InlineData(null, "c/")]
    [InlineData("", "missing")]
    [InlineData("", "missing/below")]
    [InlineData("", "c/below")]
    [InlineData("", "a/missing/below/it")]
    [InlineData("missing", "missing/x")]
    public async Task APathThatIsNotThereIsNamedAndNothingStays(string? root, string path)
    {
        VtException error = await FailAsync(root, path);
        Assert.Equal(VtErrorId.PathNotFound, error.ErrorId);
        Assert.Contains(_temp.Combine("missing")[..^7], error.Message, StringComparison.Ordinal);
        Assert.Equal(["store.json"], await _store.ObjectsAsync());
    }

    [Fact]
    public async Task APathOfAListThatIsNotThereAnyMoreIsOneErrorAndTheOthersAreBackedUp()
    {
        RecordingObserver observer = new();
        byte[][] paths = [_temp.CombineBytes("a", "one"), _temp.CombineBytes("missing"), _temp.CombineBytes("gone", "below")];
        VtBackup backup = await _store.BackupAsync(paths, observer, r => r with { Root = _temp.PathBytes, SkipMissing = true });
        Assert.Equal(["a", "a/one"], await _store.ListAsync(backup));
        Assert.Equal((VtBackupStatus.CompleteWithErrors, 2), (backup.Status, backup.ItemsVanished));
        Assert.All(observer.Errors, e => Assert.Equal(VtErrorId.SourceVanished, e.Id));

        VtException error = await Assert.ThrowsAsync<VtException>(() => _store.BackupAsync(paths[1..], observer, r => r with { Root = _temp.PathBytes, SkipMissing = true }));
        Assert.Equal(VtErrorId.PathNotFound, error.ErrorId);
    }

    [Fact]
    public async Task NoPathAtAllIsAnError() => Assert.Equal(VtErrorId.PathNotFound, (await FailAsync(null)).ErrorId);

    [UnixFact]
    public async Task ATrailingSlashFollowsASymbolicLink()
    {
        File.CreateSymbolicLink(_temp.Combine("link"), _temp.Combine("b"));
        SortedDictionary<string, TreeEntry> link = await StoredTree.ReadAsync(_store, await BackupAsync(null, "link"));
        Assert.Equal(VtItemType.SymbolicLink, Assert.Single(link).Value.Type);
        Assert.Equal(_temp.CombineBytes("b"), link["link"].LinkTarget);
        Assert.Equal(["link", "link/one", "link/three"], await _store.ListAsync(await BackupAsync(null, "link/")));
        Assert.Equal(["link", "link/one", "link/three"], await _store.ListAsync(await BackupAsync("", "link/")));
    }

    [UnixFact]
    public async Task APathThatARootReachesThroughALinkIsRefusedAndNotSilentlyLeftOut()
    {
        File.CreateSymbolicLink(_temp.Combine("link"), _temp.Combine("b"));
        VtException error = await FailAsync("", "link/one");
        Assert.Equal(VtErrorId.PathNotFound, error.ErrorId);
        Assert.Contains("SymbolicLink", error.Message, StringComparison.Ordinal);

        // Without a root nothing stands above the path.
        Assert.Equal(["one"], await _store.ListAsync(await BackupAsync(null, "link/one")));
    }

    [Fact]
    public async Task AListOfThousandsOfPathsIsStoredWhole()
    {
        List<byte[]> paths = [];
        for (int i = 0; i < 3000; i++)
        {
            string name = $"list/d{i % 50}/f{i}";
            _temp.WriteFile(name, $"{i}");
            paths.Add(_temp.CombineBytes(name));
        }

        VtBackup backup = await _store.BackupAsync([.. paths], with: r => r with { Root = _temp.PathBytes });
        Assert.Equal((3000, 51), (backup.FileCount, backup.DirectoryCount));
        VtBackup whole = await BackupAsync("", "list");
        Assert.Equal(whole.Root, backup.Root);
    }

    [LinuxRootFact]
    public async Task OneFileSystemIsThatOfThePathGivenNotThatOfTheRoot()
    {
        string mounted = _temp.CreateFolder("a/mounted");
        Mount.Tmpfs(mounted);
        try
        {
            _temp.WriteFile("a/mounted/sub/file", "on another file system");
            _temp.WriteFile("a/mounted/file", "too");
            VtBackup below = await _store.BackupAsync([_temp.CombineBytes("a", "mounted", "sub")], with: r => r with { Root = _temp.PathBytes, OneFileSystem = true });
            Assert.Equal(["a", "a/mounted", "a/mounted/sub", "a/mounted/sub/file"], await _store.ListAsync(below));

            VtBackup above = await _store.BackupAsync([_temp.CombineBytes("a")], with: r => r with { OneFileSystem = true });
            Assert.Equal(["a", "a/deep", "a/deep/er", "a/deep/er/two", "a/mounted", "a/one"], await _store.ListAsync(above));
            Assert.Contains("a/mounted/sub/file", await _store.ListAsync(await BackupAsync(null, "a")));
        }
        finally
        {
            Mount.Remove(mounted);
        }
    }

    private Task<VtBackup> BackupAsync(string? root, params string[] paths) =>
        _store.BackupAsync([.. paths.Select(p => _temp.CombineBytes(p))], with: r => r with { Root = root is null ? null : root.Length == 0 ? _temp.PathBytes : _temp.CombineBytes(root) });

    private Task<VtException> FailAsync(string? root, params string[] paths) => Assert.ThrowsAsync<VtException>(() => BackupAsync(root, paths));
}
