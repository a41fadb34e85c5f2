using System.Text;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Trees;

public sealed class DirectoryCutTests
{
    private readonly MemoryBlocks _blocks = new();

    [Fact]
    public async Task OneNewNameChangesOneBlockInALargeDirectory()
    {
        List<TreeEntry> entries = MakeEntries(20_000);
        VtBlockReference before = Write(entries);
        int leaves = await CountLeavesAsync(before);
        Assert.InRange(leaves, 20, 200);
        int count = _blocks.Blocks.Count;

        entries.Insert(7777, Entry("file-007776a", 1));
        VtBlockReference after = Write(entries);
        Assert.Equal(leaves, await CountLeavesAsync(after));

        // One block of entries, and the indirect block above.
        Assert.Equal(2, _blocks.Blocks.Count - count);
        Assert.Equal(entries.Select(e => Encoding.UTF8.GetString(e.Name)), await NamesAsync(after));

        entries.RemoveAt(7777);
        Assert.Equal(before, Write(entries));
    }

    [Fact]
    public async Task BlocksEndBetweenEntriesWhereANameSaysSo()
    {
        VtBlockReference root = Write(MakeEntries(20_000));
        List<(TreeEntry Last, int Length)> blocks = [];
        await foreach ((_, VtBlockReference leaf) in new StoreTreeReader(_blocks).ReadLeavesAsync(root, false, default))
        {
            blocks.Add((LastOf(_blocks.Blocks[leaf.Hash!]), (int)leaf.Length));
        }

        foreach ((TreeEntry last, int length) in blocks.SkipLast(1))
        {
            Assert.InRange(length, 16 << 10, 1 << 20);
            Assert.True(Checksum.Xxh3(last.Name) < ulong.MaxValue / 256);
        }
    }

    [Fact]
    public void ABlockEndsBeforeTheEntryThatWouldTakeItPastOneMebibyte()
    {
        // No name says so in time: each entry has 60,000 bytes.
        List<TreeEntry> entries = [];
        for (int i = 0; entries.Count < 40; i++)
        {
            TreeEntry entry = Entry($"big-{i:d6}", 60_000);
            if (Checksum.Xxh3(entry.Name) >= ulong.MaxValue / 256)
            {
                entries.Add(entry);
            }
        }

        Write(entries);
        Assert.Equal([17, 17, 6], _blocks.Blocks.Values.Where(b => b.Length > 10_000).Select(b => b.Length / 60_000).OrderDescending());
    }

    [Fact]
    public async Task AnEmptyDirectoryIsTheEmptyLiteralAndATinyOneALiteral()
    {
        Assert.Equal(VtBlockReference.Empty, Write([]));
        VtBlockReference tiny = Write([Entry("a", 0)]);
        Assert.Equal(VtBlockKind.Literal, tiny.Kind);
        Assert.Equal(["a"], await NamesAsync(tiny));
        Assert.Empty(_blocks.Blocks);
        Assert.Empty(await NamesAsync(VtBlockReference.Empty));
    }

    [Fact]
    public async Task ADirectoryWhoseEntriesAreOutOfOrderOrDoubleIsDamaged()
    {
        foreach (string[] names in (string[][])[["b", "a"], ["a", "a"]])
        {
            VtBlockReference wrong = Write([.. names.Select(n => Entry(n, 100))]);
            Assert.Equal(VtErrorId.BlockDamaged, (await Assert.ThrowsAsync<VtException>(() => NamesAsync(wrong))).ErrorId);
        }
    }

    [Fact]
    public async Task ADirectoryThatHoldsARunIsDamaged() => Assert.Equal(
        VtErrorId.BlockDamaged, (await Assert.ThrowsAsync<VtException>(() => NamesAsync(VtBlockReference.OfRun(0, 1L << 50)))).ErrorId);

    private static TreeEntry Entry(string name, int attributeLength) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Type = VtItemType.Fifo,
        ExtendedAttributes = attributeLength == 0 ? [] : [new ExtendedAttribute("user.x"u8.ToArray(), new byte[attributeLength])],
    };

    private static List<TreeEntry> MakeEntries(int count)
    {
        List<TreeEntry> entries = new(count);
        for (int i = 0; i < count; i++)
        {
            entries.Add(Entry($"file-{i:d6}", 50));
        }

        return entries;
    }

    private static TreeEntry LastOf(byte[] block)
    {
        ByteReader reader = new(block);
        TreeEntry last = TreeEntryCodec.Read(ref reader);
        while (!reader.IsEmpty)
        {
            last = TreeEntryCodec.Read(ref reader);
        }

        return last;
    }

    private VtBlockReference Write(List<TreeEntry> entries)
    {
        ByteWriter content = new();
        ByteWriter scratch = new();
        List<int> ends = [];
        foreach (TreeEntry entry in entries)
        {
            TreeEntryCodec.Write(content, entry, scratch);
            ends.Add(content.Length);
        }

        return new TreeBlockWriter(_blocks).Write(content.Written, ends, entries);
    }

    private async Task<int> CountLeavesAsync(VtBlockReference directory)
    {
        int count = 0;
        await foreach ((long, VtBlockReference) leaf in new StoreTreeReader(_blocks).ReadLeavesAsync(directory, false, default))
        {
            count++;
        }

        return count;
    }

    private async Task<List<string>> NamesAsync(VtBlockReference directory)
    {
        List<string> names = [];
        await foreach (TreeEntry entry in new StoreTreeReader(_blocks).ReadDirectoryAsync(directory, default))
        {
            names.Add(PathText.Format(entry.Name));
        }

        return names;
    }
}
