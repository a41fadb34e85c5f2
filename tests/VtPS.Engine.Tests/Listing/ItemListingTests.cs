using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Listing;

public class ItemListingTests
{
    [Fact]
    public async Task TheTopIsListedWithoutAPathAndADirectoryGivesItsEntries()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup backup = await MakeAsync(temp, store);

        Assert.Equal(["src"], await ListAsync(store, new() { Backup = backup }));
        Assert.Equal(["src/a", "src/b.txt", "src/c"], await ListAsync(store, new() { Backup = backup, Paths = ["src"] }));
        Assert.Equal(["src/b.txt"], await ListAsync(store, new() { Backup = backup, Paths = ["/src/b.txt"] }));
        Assert.Equal(["src/a", "src/c"], await ListAsync(store, new() { Backup = backup, Paths = ["src/?"] }));
        Assert.Equal(["src/a/x.txt", "src/c/x.txt"], await ListAsync(store, new() { Backup = backup, Paths = ["src/*/x.txt"] }));
        Assert.Equal(["src/a/deep", "src/a/x.txt", "src/b.txt"], await ListAsync(store, new() { Backup = backup, Paths = ["src/a", "src/b.txt"] }));
    }

    [Fact]
    public async Task RecursionDepthAndFiltersConfine()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup backup = await MakeAsync(temp, store);

        Assert.Equal(
            ["src", "src/a", "src/a/deep", "src/a/deep/y.txt", "src/a/x.txt", "src/b.txt", "src/c", "src/c/x.txt"],
            await ListAsync(store, new() { Backup = backup, Recurse = true }));
        Assert.Equal(["src", "src/a", "src/b.txt", "src/c"], await ListAsync(store, new() { Backup = backup, Recurse = true, Depth = 1 }));
        Assert.Equal(["src/a/x.txt", "src/c/x.txt"], await ListAsync(store, new() { Backup = backup, Recurse = true, Filter = "x*" }));
        Assert.Equal(["src", "src/a", "src/a/deep", "src/c"], await ListAsync(store, new() { Backup = backup, Recurse = true, DirectoriesOnly = true }));
        Assert.Equal(["src/b.txt"], await ListAsync(store, new() { Backup = backup, Paths = ["src"], FilesOnly = true }));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("src/nothing/b")]
    [InlineData("src/b.txt/below")]
    [InlineData("src/z*")]
    [InlineData("SRC")]
    [InlineData("src/..")]
    public async Task APathThatNamesNothingIsAnError(string path)
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup backup = await MakeAsync(temp, store);

        VtException e = await Assert.ThrowsAsync<VtException>(() => ListAsync(store, new() { Backup = backup, Paths = [path] }));

        Assert.Equal((VtErrorId.ItemNotFound, path), (e.ErrorId, e.Target));
    }

    [UnixFact]
    public async Task ANameThatIsNoTextIsFoundByTheTextThatTheListGives()
    {
        using TempFolder temp = new();
        temp.CreateFolder("src");
        using (DirectoryHandle d = FileSystem.Current.OpenDirectory(temp.CombineBytes("src")))
        {
            TestContent.CreateFile(d, [0xff, (byte)'[', (byte)'\\', (byte)'\n'], "x"u8);
        }

        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup backup = await store.BackupAsync(temp.Combine("src"));
        string path = Assert.Single(await ListAsync(store, new() { Backup = backup, Paths = ["src"] }));

        Assert.Equal("src/\\xff[\\\\\\x0a", path);
        Assert.Equal([path], await ListAsync(store, new() { Backup = backup, Paths = [InsidePath.Escape(path)] }));
    }

    [Fact]
    public void AnItemShowsWhatTheEntryHas()
    {
        TreeEntry entry = new()
        {
            Name = "f"u8.ToArray(), Type = VtItemType.File, Mode = 0x9ed, UserId = 5, UserName = "five", Modified = new FileTime(-1, 999999999), Size = 3,
            Content = VtBlockReference.OfLiteral("abc"u8), LinkGroup = [0xab, 1], Sparse = true,
            ExtendedAttributes = [new("user.\u00e9"u8.ToArray(), [1])],
        };
        VtBackup backup = new() { Id = "1", Store = "s", StoreId = "2", HostName = "h", UserName = "u", Subset = "b", SourcePath = [], Root = "literal:", ProgramVersion = "0" };

        VtItem item = VtItemFactory.Create(backup, TreePath.Top.Enter("d"u8.ToArray()), entry);

        Assert.Equal(("d/f", "f", -1L, "-rwsr-xr-x", "ab01", "literal:616263"), (item.Path, item.Name, item.LastWriteNanosecond, item.UnixMode, item.LinkGroup, item.Reference));
        Assert.Equal(["user.\u00e9"], item.ExtendedAttribute);
    }

    [Theory]
    [InlineData(VtItemType.Directory, 0x3ff, "drwxrwxrwt")]
    [InlineData(VtItemType.File, 0xfff, "-rwsrwsrwt")]
    [InlineData(VtItemType.File, 0xe00, "---S--S--T")]
    [InlineData(VtItemType.SymbolicLink, 0x1ff, "lrwxrwxrwx")]
    [InlineData(VtItemType.Fifo, 0x1a4, "prw-r--r--")]
    [InlineData(VtItemType.CharacterDevice, 0x1b0, "crw-rw----")]
    [InlineData(VtItemType.BlockDevice, 0, "b---------")]
    public void ModesAreWrittenAsLsDoes(VtItemType type, int mode, string expected) => Assert.Equal(expected, VtItemFactory.FormatMode(type, mode));

    [Fact]
    public void AVeryDeepPathHasItsText()
    {
        TreePath path = TreePath.Top;
        for (int i = 0; i < 100_000; i++)
        {
            path = path.Enter("d"u8.ToArray());
        }

        Assert.Equal(199_999, path.ToString().Length);
        Assert.Equal(100_000, path.ToNames().Length);
    }

    internal static async Task<VtBackup> MakeAsync(TempFolder temp, TestStore store)
    {
        temp.WriteFile("src/a/x.txt", "x");
        temp.WriteFile("src/a/deep/y.txt", "y");
        temp.WriteFile("src/b.txt", "b");
        temp.WriteFile("src/c/x.txt", "x");
        return await store.BackupAsync(temp.Combine("src"));
    }

    private static async Task<List<string>> ListAsync(TestStore store, ItemListRequest request)
    {
        List<string> paths = [];
        await foreach (VtItem item in ItemListing.ListAsync(store.Session, request, static e => throw e, default))
        {
            paths.Add(item.Path);
        }

        return paths;
    }
}
