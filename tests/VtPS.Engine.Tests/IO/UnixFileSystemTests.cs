using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.IO;

public sealed class UnixFileSystemTests
{
    [UnixFact]
    public void A_path_of_more_than_4096_bytes_is_opened()
    {
        using TempFolder folder = new();
        List<byte> path = [.. folder.PathBytes];
        DirectoryHandle at = folder.Open();
        for (int i = 0; i < 60; i++)
        {
            byte[] name = Utf8($"{i:d2}" + new string('n', 248));
            at.CreateDirectory(name, 0x1c0);
            DirectoryHandle next = at.OpenDirectory(name);
            at.Dispose();
            at = next;
            path.AddRange([(byte)'/', (byte)'/', .. name]);
        }

        using (at)
        using (DirectoryHandle byPath = FileSystem.Current.OpenDirectory([.. path, (byte)'/'], followLast: false))
        {
            Assert.Equal(at.GetStatus().Inode, byPath.GetStatus().Inode);
        }

        FileSystemException e = Assert.Throws<FileSystemException>(() => FileSystem.Current.OpenDirectory([.. path, .. Utf8("/nothing")]));
        Assert.Equal(FileSystemReason.NotFound, e.Reason);
    }

    [UnixFact]
    public void Symlinks_on_the_way_are_followed_and_the_last_one_if_asked()
    {
        using TempFolder folder = new();
        folder.CreateFolder("real/below");
        File.CreateSymbolicLink(folder.Combine("link"), "real");

        using DirectoryHandle real = FileSystem.Current.OpenDirectory(folder.CombineBytes("real"));
        using DirectoryHandle followed = FileSystem.Current.OpenDirectory(folder.CombineBytes("link"));
        using DirectoryHandle below = FileSystem.Current.OpenDirectory(folder.CombineBytes("link", "below"), followLast: false);

        Assert.Equal(real.GetStatus().Inode, followed.GetStatus().Inode);
        Assert.Equal(VtItemType.Directory, below.GetStatus().Type);
        foreach (string path in (string[])[folder.Combine("link"), folder.Combine("link") + "/"])
        {
            FileSystemException e = Assert.Throws<FileSystemException>(() => FileSystem.Current.OpenDirectory(Utf8(path), followLast: false));
            Assert.Equal(FileSystemReason.NotADirectory, e.Reason);
            Assert.Contains(path, e.Message);
        }
    }

    [UnixFact]
    public void Paths_that_name_no_directory_are_told()
    {
        using TempFolder folder = new();
        folder.WriteFile("file", "x");

        Assert.Equal(FileSystemReason.NotFound, ReasonOf([]));
        Assert.Equal(FileSystemReason.NotFound, ReasonOf(folder.CombineBytes("nothing")));
        Assert.Equal(FileSystemReason.NotFound, ReasonOf([(byte)'/', 0]));
        Assert.Equal(FileSystemReason.NotADirectory, ReasonOf(folder.CombineBytes("file")));
        Assert.Equal(FileSystemReason.NotADirectory, ReasonOf(folder.CombineBytes("file", "below")));
    }

    [UnixFact]
    public void A_directory_that_is_only_searchable_gives_what_is_in_it_by_name()
    {
        using TempFolder folder = new();
        folder.WriteFile("closed/file", "x");
        using DirectoryHandle root = folder.Open();
        root.SetMode(null, 0x1ed);
        root.SetMode(Utf8("closed"), 0x1c9);
        if (!NastyTree.IsRoot)
        {
            root.SetMode(Utf8("closed"), 0x49);
        }

        AsNobody.Run(() =>
        {
            Assert.Equal(FileSystemReason.Denied, ReasonOf(folder.CombineBytes("closed")));
            using DirectoryHandle closed = FileSystem.Current.OpenDirectory(folder.CombineBytes("closed"), searchOnly: true);
            Assert.Equal(1, closed.GetStatus(Utf8("file")).Size);
            Assert.Throws<FileSystemException>(() => closed.List());
        });
    }

    [UnixFact]
    public void Users_and_groups_are_found_by_number_and_by_name()
    {
        FileSystem files = FileSystem.Current;
        Assert.Equal("root", files.GetUserName(0));
        Assert.Equal(0u, files.GetUserId("root"));
        Assert.Equal(0u, files.GetGroupId(files.GetGroupName(0)!));
        Assert.Null(files.GetUserName(3999999999));
        Assert.Null(files.GetGroupName(3999999999));
        Assert.Null(files.GetUserId("no such user here"));
        Assert.Null(files.GetGroupId("no such group here"));
        Assert.Null(files.GetUserId(string.Empty));
    }

    [UnixFact]
    public void The_boot_has_a_name_that_stays()
    {
        string? first = new UnixFileSystem().BootId;
        Assert.True(Guid.TryParse(first, out _), first);
        Assert.Equal(first, FileSystem.Current.BootId);
    }

    [UnixFact]
    public void No_descriptor_is_left_open()
    {
        using TempFolder folder = new();
        NastyTree.Create(folder.CreateFolder("tree"), new NastyTreeOptions { ManyEntries = 10, LargestSparseFile = 1 << 20 });
        string tree = folder.Combine("tree");
        TreeComparer.Compare(tree, tree);

        // Other tests open and close files of their own meanwhile, so only descriptors that lead here count.
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries("/proc/self/fd"),
            f => new FileInfo(f).LinkTarget?.StartsWith(tree, StringComparison.Ordinal) == true);
    }

    private static FileSystemReason ReasonOf(byte[] path) =>
        Assert.Throws<FileSystemException>(() => FileSystem.Current.OpenDirectory(path)).Reason;
}
