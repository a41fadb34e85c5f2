using VtPS.Engine.Backups;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>What a run leaves out. The rules themselves are tested beside the rule engine.</summary>
public sealed class ExcludeTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private TestStore _store = null!;

    public async Task InitializeAsync()
    {
        foreach (string name in (string[])["a.tmp", "a.txt", "sub/b.tmp", "sub/keep.tmp", "sub/deep/c.tmp", "cache/data", "cache/sub/data"])
        {
            _temp.WriteFile("src/" + name, name);
        }

        _store = await TestStore.CreateAsync(_temp.Combine("store"));
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task APatternPrunesTheWalkAndOneAfterItIncludesAgain()
    {
        VtBackup backup = await BackupAsync(r => r with { Exclude = ["*.tmp", "!keep.tmp", "/cache/"] });
        Assert.Equal(["src", "src/a.txt", "src/sub", "src/sub/deep", "src/sub/keep.tmp"], await _store.ListAsync(backup));

        // What lies in an excluded directory is not counted.
        Assert.Equal((4, VtBackupStatus.Complete), (backup.ItemsExcluded, backup.Status));
    }

    [Fact]
    public async Task APatternWithASeparatorIsRelativeToThePathGiven()
    {
        Assert.DoesNotContain("src/sub/b.tmp", await _store.ListAsync(await BackupAsync(r => r with { Exclude = ["/sub/b.tmp"] })));
        Assert.Contains("src/sub/b.tmp", await _store.ListAsync(await BackupAsync(r => r with { Exclude = ["/src/sub/b.tmp", "/b.tmp", "src"] })));
        Assert.DoesNotContain("sub/b.tmp", await _store.ListAsync(await BackupAsync(r => r with { Exclude = ["/sub/b.tmp"], Root = _temp.CombineBytes("src") })));
    }

    [Fact]
    public async Task ADirectorysOwnFileRulesBelowItAndIsStoredItself()
    {
        _temp.WriteFile("src/.vtignore", "*.tmp\n# a comment\n!keep.tmp\n");
        _temp.WriteFile("src/sub/.vtignore", "!b.tmp\n/deep\n");
        Assert.Equal(
            ["src", "src/.vtignore", "src/a.txt", "src/cache", "src/cache/data", "src/cache/sub", "src/cache/sub/data", "src/sub", "src/sub/.vtignore", "src/sub/b.tmp", "src/sub/keep.tmp"],
            await _store.ListAsync(await BackupAsync(r => r)));
    }

    [Fact]
    public async Task RulesComeFromFilesTooAndOneThatIsMissingStopsBeforeAnythingIsWritten()
    {
        string rules = _temp.WriteFile("rules", "*.txt\n/sub/\n");
        VtBackup backup = await BackupAsync(r => r with { ExcludeFrom = [rules], Exclude = ["cache"] });
        Assert.Equal(["src", "src/a.tmp"], await _store.ListAsync(backup));

        List<string> before = await _store.ObjectsAsync();
        VtException error = await Assert.ThrowsAsync<VtException>(() => BackupAsync(r => r with { ExcludeFrom = [_temp.Combine("missing")] }));
        Assert.Equal((VtErrorId.PathNotFound, _temp.Combine("missing")), (error.ErrorId, error.Target));
        Assert.Equal(before, await _store.ObjectsAsync());
    }

    [Fact]
    public async Task OfATaggedCacheOnlyTheTagIsKept()
    {
        _temp.WriteFile("src/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# more");
        _temp.WriteFile("src/sub/CACHEDIR.TAG", "not the signature");
        List<string> paths = await _store.ListAsync(await BackupAsync(r => r with { ExcludeCaches = true }));
        Assert.Equal(["src/cache", "src/cache/CACHEDIR.TAG"], paths.Where(p => p.StartsWith("src/cache", StringComparison.Ordinal)));
        Assert.Contains("src/sub/b.tmp", paths);
        Assert.Contains("src/cache/data", await _store.ListAsync(await BackupAsync(r => r)));
    }

    [Fact]
    public async Task FilesLargerThanALimitAreLeft()
    {
        _temp.WriteFile("src/large", new byte[1001]);
        _temp.WriteFile("src/just", new byte[1000]);
        VtBackup backup = await BackupAsync(r => r with { ExcludeLargerThan = 1000 });
        List<string> paths = await _store.ListAsync(backup);
        Assert.Contains("src/just", paths);
        Assert.DoesNotContain("src/large", paths);
        Assert.Equal(1, backup.ItemsExcluded);
    }

    [Fact]
    public async Task WhatIsExcludedInOneRunIsBackInTheNext()
    {
        await Task.Delay(2100);
        await BackupAsync(r => r with { Exclude = ["/sub"] });
        VtBackup second = await BackupAsync(r => r);
        Assert.Contains("src/sub/deep/c.tmp", await _store.ListAsync(second));
        Assert.Equal(3, second.FilesNew);
    }

    private Task<VtBackup> BackupAsync(Func<BackupRequest, BackupRequest> with) => _store.BackupAsync(_temp.Combine("src"), with: with);
}
