using VtPS.Engine.Comparison;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Comparison;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class CompareTests
{
    private readonly RecordingObserver _observer = new();

    [UnixFact]
    public async Task ABackupHasNoDifferenceToItselfNorToTheTreeItWasMadeOf()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        NastyTree.Create(home.Source, new NastyTreeOptions { ManyEntries = 500, WithSocket = true });
        VtBackup backup = await home.BackupAsync();

        Assert.Empty(await RunAsync(home, new() { Reference = backup, Difference = backup }));
        Assert.Empty(await RunAsync(home, new() { Reference = backup }));
        Assert.Empty(await RunAsync(home, new() { Reference = backup, Content = true }));
        Assert.Empty(await RunAsync(home, new() { Reference = backup, DifferencePath = home.Temp.PathBytes, Paths = ["src"] }));
        List<string> equal = await RunAsync(home, new() { Reference = backup, IncludeEqual = true });
        Assert.Equal(backup.FileCount + backup.DirectoryCount + backup.OtherCount, equal.Count);
        Assert.All(equal, e => Assert.StartsWith("Equal ", e));
        Assert.Empty(_observer.Errors.Select(e => e.Message));
    }

    [UnixFact]
    public async Task TwoBackupsDifferInWhatWasChangedBetweenThem()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        Make(home);
        VtBackup first = await home.BackupAsync();
        Change(home);
        VtBackup second = await home.BackupAsync();

        Assert.Equal(
            [
                "Metadata src LastWriteTime",
                "Changed src/content Content,Length,LastWriteTime",
                "Metadata src/dir LastWriteTime",
                "Added src/dir/added",
                "Added src/dir/added/below",
                "Removed src/dir/gone",
                "Changed src/kind ItemType",
                "Removed src/kind/below",
                "Changed src/link LinkTarget,LastWriteTime",
                "Metadata src/mode UnixMode",
                "Metadata src/touched LastWriteTime",
                "Metadata src/xattr ExtendedAttribute",
            ],
            await RunAsync(home, new() { Reference = first, Difference = second }));

        // The other way round what was added is gone.
        List<string> back = await RunAsync(home, new() { Reference = second, Difference = first });
        Assert.Contains("Removed src/dir/added/below", back);
        Assert.Contains("Added src/kind/below", back);
    }

    [UnixTheory]
    [InlineData(false, "Changed src/touched LastWriteTime")]
    [InlineData(true, "Metadata src/touched LastWriteTime")]
    public async Task ALiveFileWithAnotherTimeIsChangedUnlessItsContentIsRead(bool content, string expected)
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        Make(home);
        VtBackup backup = await home.BackupAsync();
        Change(home);

        List<string> found = await RunAsync(home, new() { Reference = backup, Content = content });

        Assert.Contains(expected, found);
        Assert.Contains("Added src/dir/added/below", found);
        Assert.Contains("Removed src/dir/gone", found);
        Assert.Contains("Changed src/kind ItemType", found);
        Assert.Contains(content ? "Changed src/content Content,Length,LastWriteTime" : "Changed src/content Length,LastWriteTime", found);
        Assert.Equal(12, found.Count);
    }

    [UnixFact]
    public async Task OnlyTheContentTellsOfAChangeThatKeepsSizeAndTime()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        string path = home.Temp.WriteFile("src/f", TestContent.Random(2_000_000, 1));
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        VtBackup backup = await home.BackupAsync();
        using (FileStream file = new(path, FileMode.Open))
        {
            file.Position = 1_999_999;
            file.WriteByte((byte)(TestContent.Random(2_000_000, 1)[1_999_999] ^ 1));
        }

        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Empty(await RunAsync(home, new() { Reference = backup }));
        Assert.Equal(["Changed src/f Content"], await RunAsync(home, new() { Reference = backup, Content = true }));
    }

    [UnixFact]
    public async Task DirectoriesWithOneReferenceAreNotRead()
    {
        CraftedTree tree = new();
        TreeEntry shared = tree.Directory("shared", tree.Directory("deep", CraftedTree.File("f", tree.Block("f"))));
        VtBackup one = tree.Backup(shared, CraftedTree.File("z", tree.Block("1")));
        VtBackup two = tree.Backup(shared, CraftedTree.File("z", tree.Block("22")));

        Assert.Equal(["Changed z Content,Length"], await RunAsync(tree, new() { Reference = one, Difference = two }));
        Assert.Equal(2, tree.DirectoriesRead);
        Assert.Equal(
            ["Equal shared", "Equal shared/deep", "Equal shared/deep/f", "Changed z Content,Length"],
            await RunAsync(tree, new() { Reference = one, Difference = two, IncludeEqual = true }));
        Assert.Empty(await RunAsync(tree, new() { Reference = one, Difference = two, Paths = ["shared/deep/f"] }));
        VtException e = await Assert.ThrowsAsync<VtException>(() => RunAsync(tree, new() { Reference = one, Difference = two, Paths = ["shared/deep/g"] }));
        Assert.Equal(VtErrorId.ItemNotFound, e.ErrorId);
    }

    [UnixFact]
    public async Task ADirectoryThatCannotBeReadIsNamedAndSaysNothingOfTheRest()
    {
        CraftedTree tree = new();
        TreeEntry broken = tree.Directory("broken", CraftedTree.File("f", tree.Block("f")));
        VtBackup one = tree.Backup(broken, CraftedTree.File("z", tree.Block("1")));
        VtBackup two = tree.Backup(tree.Directory("broken", CraftedTree.File("f", tree.Block("g"))), CraftedTree.File("z", tree.Block("2")));
        tree.Missing.Add(broken.Content!.Hash!);

        Assert.Equal(["Changed z Content"], await RunAsync(tree, new() { Reference = one, Difference = two }));
        Assert.Equal("broken", Assert.Single(_observer.Errors).Target);
    }

    [UnixFact]
    public async Task LinksThatWereBrokenUpDiffer()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        home.Temp.WriteFile("src/a", "linked");
        using (DirectoryHandle d = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src")))
        {
            d.CreateHardLink("b"u8.ToArray(), d, "a"u8.ToArray());
            d.SetModified("a"u8.ToArray(), new FileTime(1500000000, 0));
        }

        VtBackup backup = await home.BackupAsync();
        File.Delete(home.Temp.Combine("src/b"));
        home.Temp.WriteFile("src/b", "linked");
        using (DirectoryHandle d = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src")))
        {
            d.SetModified("b"u8.ToArray(), new FileTime(1500000000, 0));
        }

        List<string> found = await RunAsync(home, new() { Reference = backup });

        Assert.Contains("Metadata src/b LinkGroup", found);
    }

    [UnixFact]
    public async Task BelowARootOnlyWhatWasBackedUpIsCompared()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        Make(home);
        VtBackup backup = await home.Store.BackupAsync(
            [home.Temp.CombineBytes("src", "dir")], with: r => r with { Root = home.Temp.CombineBytes("src"), HostName = Environment.MachineName });

        Assert.Empty(await RunAsync(home, new() { Reference = backup }));
        home.Temp.WriteFile("src/beside", "was never backed up");
        home.Temp.WriteFile("src/dir/new", "is new");
        Assert.Contains("Added dir/new", await RunAsync(home, new() { Reference = backup }));
        Assert.DoesNotContain("Added beside", await RunAsync(home, new() { Reference = backup }));
    }

    [UnixFact]
    public async Task WhatTheBackupLeftOutByRuleIsNoDifference()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        Make(home);
        home.Temp.WriteFile("src/dir/big", new string('x', 5000));
        home.Temp.WriteFile("src/dir/one.tmp", "left out by the command");
        home.Temp.WriteFile("src/dir/left/below", "left out with its directory");
        home.Temp.WriteFile("src/own/.vtignore", "*.log\n");
        home.Temp.WriteFile("src/own/a.log", "left out by its directory");
        home.Temp.WriteFile("src/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
        home.Temp.WriteFile("src/cache/cached", "left out by the tag");
        VtBackup backup = await home.Store.BackupAsync(
            home.Temp.Combine("src"), with: r => r with { Exclude = ["*.tmp", "/dir/left/"], ExcludeCaches = true, ExcludeLargerThan = 4999, OneFileSystem = true, HostName = Environment.MachineName });

        Assert.Empty(await RunAsync(home, new() { Reference = backup }));
        Assert.Empty(await RunAsync(home, new() { Reference = backup, DifferencePath = home.Temp.PathBytes, Paths = ["src"] }));
        home.Temp.WriteFile("src/own/a.txt", "is new");
        Assert.Contains("Added src/own/a.txt", await RunAsync(home, new() { Reference = backup }));
        Assert.DoesNotContain("Added src/dir/one.tmp", await RunAsync(home, new() { Reference = backup }));
    }

    [UnixFact]
    public async Task ASourceThatIsGoneIsRemovedWithAllBelowIt()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        home.Temp.WriteFile("src/d/f", "f");
        VtBackup backup = await home.BackupAsync();
        Directory.Delete(home.Source, recursive: true);

        Assert.Equal(["Removed src", "Removed src/d", "Removed src/d/f"], await RunAsync(home, new() { Reference = backup }));
        Assert.Empty(_observer.Errors);
    }

    [UnixFact]
    public async Task ALiveFolderThatIsNotThereIsAnError()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        Make(home);
        VtBackup backup = await home.BackupAsync();

        VtException e = await Assert.ThrowsAsync<VtException>(() => RunAsync(home, new() { Reference = backup, DifferencePath = home.Temp.CombineBytes("nothing") }));

        Assert.Equal(VtErrorId.PathNotFound, e.ErrorId);
    }

    private static void Make(RestoreHome home)
    {
        home.Temp.WriteFile("src/content", "old");
        home.Temp.WriteFile("src/dir/gone", "gone");
        home.Temp.WriteFile("src/dir/same", "same");
        home.Temp.WriteFile("src/kind/below", "a directory that becomes a file");
        home.Temp.WriteFile("src/mode", "mode");
        home.Temp.WriteFile("src/touched", "touched");
        home.Temp.WriteFile("src/xattr", "xattr");
        home.Temp.WriteFile("src/untouched/deep/file", "same");
        File.CreateSymbolicLink(home.Temp.Combine("src/link"), "old");
        using DirectoryHandle d = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src"));
        foreach (string name in (string[])["content", "touched", "link"])
        {
            d.SetModified(TestContent.Utf8(name), new FileTime(1500000000, 7));
        }
    }

    private static void Change(RestoreHome home)
    {
        home.Temp.WriteFile("src/content", "newer");
        File.Delete(home.Temp.Combine("src/dir/gone"));
        home.Temp.WriteFile("src/dir/added/below", "added");
        Directory.Delete(home.Temp.Combine("src/kind"), recursive: true);
        home.Temp.WriteFile("src/kind", "now a file");
        File.Delete(home.Temp.Combine("src/link"));
        File.CreateSymbolicLink(home.Temp.Combine("src/link"), "new");
        using DirectoryHandle d = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src"));
        d.SetMode("mode"u8.ToArray(), 0x180);
        d.SetModified("touched"u8.ToArray(), new FileTime(1500000000, 8));
        d.SetExtendedAttribute("xattr"u8.ToArray(), new ExtendedAttribute("user.x"u8.ToArray(), [1]));
    }

    private Task<List<string>> RunAsync(RestoreHome home, CompareRequest request) =>
        ToListAsync(CompareOperation.RunAsync(home.Store.Session, request, _observer, default));

    private Task<List<string>> RunAsync(CraftedTree tree, CompareRequest request) =>
        ToListAsync(CompareOperation.RunAsync(tree, VtHashName.Sha256, request, _observer, default));

    private static async Task<List<string>> ToListAsync(IAsyncEnumerable<VtDifference> differences)
    {
        List<string> found = [];
        await foreach (VtDifference d in differences)
        {
            found.Add($"{d.Kind} {d.Path} {string.Join(',', d.Field)}".TrimEnd());
        }

        return found;
    }
}
