using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Restores;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Restores;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RestoreSafetyTests
{
    private readonly RecordingObserver _observer = new();

    [UnixTheory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("../escaped")]
    [InlineData("/escaped")]
    [InlineData("nul\0byte")]
    [InlineData("")]
    public async Task ANameThatLeadsOutIsRefusedAndTheRestIsRestored(string name)
    {
        using TempFolder temp = new();
        CraftedTree tree = new();
        VtBlockReference content = tree.Block("evil");
        VtBackup backup = tree.Backup(
            CraftedTree.File(name, content),
            tree.Directory("sub", CraftedTree.File(name, content), tree.Directory(name, CraftedTree.File("escaped", content)), CraftedTree.File("good", tree.Block("good"))));

        VtRestoreResult result = await tree.RestoreAsync(backup, temp.Combine("in/out"), _observer);

        Assert.All(_observer.Errors, e => Assert.Equal(VtErrorId.UnsafePath, e.Id));
        Assert.Equal(3, result.ErrorCount);
        Assert.Equal("good", File.ReadAllText(temp.Combine("in/out/sub/good")));
        Assert.Equal(["in", "in/out", "in/out/sub", "in/out/sub/good"], ListAll(temp));
    }

    [UnixFact]
    public async Task NothingIsWrittenThroughALinkThatTheBackupItselfBrings()
    {
        using TempFolder temp = new();
        temp.CreateFolder("victim");
        CraftedTree tree = new();

        // Two entries of one name: first a link out, then a directory to fill through it.
        VtBackup backup = tree.Backup(
            CraftedTree.Link("a", temp.Combine("victim")),
            tree.Directory("a", CraftedTree.File("owned", tree.Block("evil"))));

        await tree.RestoreAsync(backup, temp.Combine("out"), _observer);

        Assert.Empty(Directory.GetFileSystemEntries(temp.Combine("victim")));
        Assert.Single(_observer.Errors);
    }

    [UnixTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ALinkThatStandsInADirectorysPlaceIsNotFollowed(bool force)
    {
        using TempFolder temp = new();
        temp.CreateFolder("victim");
        temp.CreateFolder("out");
        File.CreateSymbolicLink(temp.Combine("out/docs"), temp.Combine("victim"));
        CraftedTree tree = new();
        VtBackup backup = tree.Backup(tree.Directory("docs", CraftedTree.File("a", tree.Block("text"))));

        await tree.RestoreAsync(backup, temp.Combine("out"), _observer, r => r with { Force = force });

        Assert.Empty(Directory.GetFileSystemEntries(temp.Combine("victim")));
        if (force)
        {
            Assert.Empty(_observer.Errors);
            Assert.Null(new FileInfo(temp.Combine("out/docs")).LinkTarget);
            Assert.Equal("text", File.ReadAllText(temp.Combine("out/docs/a")));
        }
        else
        {
            Assert.Equal(VtErrorId.DestinationDiffers, Assert.Single(_observer.Errors).Id);
            Assert.NotNull(new FileInfo(temp.Combine("out/docs")).LinkTarget);
        }
    }

    [UnixFact]
    public async Task ALinkInAFilesPlaceIsReplacedAndItsTargetLeft()
    {
        using TempFolder temp = new();
        string victim = temp.WriteFile("victim", "precious");
        temp.CreateFolder("out");
        File.CreateSymbolicLink(temp.Combine("out/a"), victim);
        CraftedTree tree = new();

        await tree.RestoreAsync(tree.Backup(CraftedTree.File("a", tree.Block("new"))), temp.Combine("out"), _observer, r => r with { Force = true });

        Assert.Empty(_observer.Errors);
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Null(new FileInfo(temp.Combine("out/a")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(temp.Combine("out/a")));
    }

    [UnixFact]
    public async Task DeleteRemovesALinkAndNotWhatItLeadsTo()
    {
        using TempFolder temp = new();
        temp.WriteFile("victim/file", "precious");
        temp.CreateFolder("out/docs");
        File.CreateSymbolicLink(temp.Combine("out/docs/extra"), temp.Combine("victim"));
        CraftedTree tree = new();

        VtRestoreResult result = await tree.RestoreAsync(tree.Backup(tree.Directory("docs")), temp.Combine("out"), _observer, r => r with { Delete = true });

        Assert.Equal(1, result.Deleted);
        Assert.Empty(Directory.GetFileSystemEntries(temp.Combine("out/docs")));
        Assert.True(File.Exists(temp.Combine("victim/file")));
    }

    [UnixFact]
    public async Task SetuidIsLeftOutWhereTheOwnerCannotBeSet()
    {
        Assert.True(AsNobody.IsPossible);
        using TempFolder temp = new();
        CraftedTree tree = new();
        VtBlockReference content = tree.Block("program");
        TreeEntry program = new()
        {
            Name = "program"u8.ToArray(), Type = VtItemType.File, Mode = 0xded, UserId = 12345, GroupId = 12345, Modified = CraftedTree.Time, Size = content.Length, Content = content,
        };
        temp.CreateFolder("out");
        File.SetUnixFileMode(temp.Path, (UnixFileMode)0x1ff);
        File.SetUnixFileMode(temp.Combine("out"), (UnixFileMode)0x1ff);
        using DirectoryHandle root = FileSystem.Current.OpenDirectory(temp.CombineBytes("out"));
        RestoreContext context = new(tree, VtHashName.Sha256, new RestoreRequest { Selections = [] }, _observer, null, default);
        DestinationNode node = new(context.Pool.AddRoot(root.Duplicate()));

        // The user for file access belongs to the thread, so the step stays on one.
        AsNobody.Run(() => new ItemRestorer(context, new MetadataWriter(context), new VtPS.Engine.Restores.TreeRemover(context))
            .RestoreAsync(node, root, program.Name, program, new ItemPath(VtPS.Engine.Listing.TreePath.Top, program.Name)).AsTask().GetAwaiter().GetResult());

        Assert.Empty(_observer.Errors.Select(e => e.Message));
        FileStatus status = root.GetStatus(program.Name);
        Assert.Equal(0x1ed, status.Mode);
        Assert.NotEqual(12345u, status.UserId);
        context.Warnings.Report(_observer);
        Assert.Contains("owner", Assert.Single(_observer.Warnings));
        context.Dispose();
    }

    private static List<string> ListAll(TempFolder temp) =>
        [.. Directory.EnumerateFileSystemEntries(temp.Path, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(temp.Path, p)).Order(StringComparer.Ordinal)];
}
