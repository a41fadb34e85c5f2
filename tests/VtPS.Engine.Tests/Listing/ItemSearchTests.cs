using VtPS.Engine.Blocks;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Listing;

public class ItemSearchTests
{
    [Fact]
    public async Task PatternsAndTimesConfine()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup first = await ItemListingTests.MakeAsync(temp, store);
        File.SetLastWriteTimeUtc(temp.Combine("src/b.txt"), new DateTime(2020, 5, 5, 0, 0, 0, DateTimeKind.Utc));
        VtBackup second = await store.BackupAsync(temp.Combine("src"));

        Assert.Equal(["1 src/a/x.txt", "1 src/c/x.txt", "2 src/a/x.txt", "2 src/c/x.txt"], await FindAsync(new() { Backups = [first, second], Path = "x*" }));
        Assert.Equal(["1 src/c/x.txt", "2 src/c/x.txt"], await FindAsync(new() { Backups = [first, second], Path = "src/c/*" }));
        Assert.Equal(["1 src/a/deep/y.txt"], await FindAsync(new() { Backups = [first], Path = "src/**/y.txt" }));
        Assert.Equal(["1 src/b.txt"], await FindAsync(new() { Backups = [second], Before = new DateTime(2020, 5, 5, 0, 0, 1, DateTimeKind.Utc) }));
        Assert.Equal(["1 src/b.txt"], await FindAsync(new() { Backups = [second], Since = new DateTime(2020, 5, 5, 0, 0, 0, DateTimeKind.Utc), Path = "b.txt" }));
        Assert.Empty(await FindAsync(new() { Backups = [second], Before = new DateTime(2020, 5, 5, 0, 0, 0, DateTimeKind.Utc) }));

        async Task<List<string>> FindAsync(ItemSearchRequest request)
        {
            List<string> found = [];
            await foreach (VtItem item in ItemSearch.FindAsync(store.Session, request, static e => throw e, default))
            {
                found.Add($"{request.Backups.ToList().FindIndex(b => b.Id == item.BackupId) + 1} {item.Path}");
            }

            return found;
        }
    }

    [Fact]
    public async Task FilesAreFoundByAnyBlockOfTheirContent()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        temp.WriteFile("src/large", TestContent.Random(3_000_000, 1));
        temp.WriteFile("src/copy", TestContent.Random(3_000_000, 1));
        temp.WriteFile("src/other", TestContent.Random(3_000_000, 2));
        temp.WriteFile("src/small", TestContent.Random(100, 3));
        VtBackup backup = await store.BackupAsync(temp.Combine("src"));
        Dictionary<string, VtItem> items = [];
        await foreach (VtItem item in ItemListing.ListAsync(store.Session, new() { Backup = backup, Recurse = true }, static e => throw e, default))
        {
            items[item.Path] = item;
        }

        VtBlockReference large = VtBlockReference.Parse(items["src/large"].Reference!);
        Assert.Equal(VtBlockKind.Indirect, large.Kind);
        List<VtBlockReference> leaves = await BlockTree.ReadIndirectAsync(store.Session.Blocks, large, default);

        Assert.Equal(["src/copy", "src/large"], await FindAsync(large.Hash!));
        Assert.Equal(["src/copy", "src/large"], await FindAsync(leaves[^1].Hash!));
        Assert.Equal(["src/small"], await FindAsync(VtBlockReference.Parse(items["src/small"].Reference!).Hash!));
        Assert.Empty(await FindAsync(VtHash.Parse("sha256:" + new string('0', 64))));
        Assert.Equal(VtErrorId.InvalidHash, (await Assert.ThrowsAsync<VtException>(() => FindAsync(VtHash.Parse("sha512:" + new string('0', 128))))).ErrorId);

        async Task<List<string>> FindAsync(VtHash hash)
        {
            List<string> found = [];
            await foreach (VtItem item in ItemSearch.FindAsync(store.Session, new() { Backups = [backup], Hash = hash }, static e => throw e, default))
            {
                found.Add(item.Path);
            }

            return found;
        }
    }

    [Theory]
    [InlineData("wanted*")]
    [InlineData("shared/**/wanted*")]
    public async Task ADirectoryThatBackupsShareIsReadOnce(string pattern)
    {
        CraftedTree tree = new();
        TreeEntry without = tree.Directory("without", tree.Directory("deep", CraftedTree.File("x", VtBlockReference.Empty)));
        TreeEntry shared = tree.Directory("shared", CraftedTree.File("wanted-1", VtBlockReference.Empty), tree.Directory("sub", CraftedTree.File("wanted-2", VtBlockReference.Empty)), without);
        VtBackup[] backups = [tree.Backup(shared), tree.Backup(shared, CraftedTree.File("unwanted", VtBlockReference.Empty)), tree.Backup(shared)];

        List<string> found = [];
        ItemSearchRun run = new(tree, new NoBlocks(), new() { Backups = backups, Path = pattern }, static e => throw e);
        await foreach (VtItem item in run.FindAsync(default))
        {
            found.Add(item.Path);
        }

        Assert.Equal(Enumerable.Repeat<string[]>(["shared/wanted-1", "shared/sub/wanted-2"], 3).SelectMany(x => x), found);

        // Three tops, and each directory below them once.
        Assert.Equal(3 + 4, tree.DirectoriesRead);
    }

    private sealed class NoBlocks : IBlockReader
    {
        public VtHashName HashName => VtHashName.Sha256;

        public ValueTask<ReadOnlyMemory<byte>> GetAsync(VtHash hash, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
