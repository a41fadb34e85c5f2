using System.Buffers.Binary;
using VtPS.Engine.Blocks;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Blocks;

public sealed class BlockTreeTests
{
    private readonly MemoryBlocks _blocks = new();

    [Fact]
    public void NothingFoldsIntoTheEmptyLiteralAndOneReferenceIntoItself()
    {
        BlockTreeBuilder builder = new(_blocks);
        Assert.Equal(VtBlockReference.Empty, builder.Finish());
        VtBlockReference one = _blocks.AddChunk("abc"u8);
        builder.Add(VtBlockReference.Empty);
        builder.Add(one);
        Assert.Equal(3, builder.Length);
        Assert.Equal(one, builder.Finish());
        Assert.Equal(0, builder.Length);
        Assert.Single(_blocks.Blocks);
    }

    [Fact]
    public async Task NeighbouringRunsOfOneByteAreJoined()
    {
        BlockTreeBuilder builder = new(_blocks);
        builder.Add(VtBlockReference.OfRun(7, 1L << 40));
        builder.Add(VtBlockReference.Empty);
        builder.Add(VtBlockReference.OfRun(7, 1L << 40));
        Assert.Equal(VtBlockReference.OfRun(7, 1L << 41), builder.Finish());

        builder.Add(VtBlockReference.OfRun(7, 10));
        builder.Add(VtBlockReference.OfRun(8, 10));
        builder.Add(VtBlockReference.OfRun(8, 10));
        builder.Add(_blocks.AddChunk("abc"u8));
        builder.Add(VtBlockReference.OfRun(8, 10));
        VtBlockReference root = builder.Finish();
        Assert.Equal(["run:07:10", "run:08:20", _blocks.AddChunk("abc"u8).ToString(), "run:08:10"], (await LeavesAsync(root)).Select(l => l.Leaf.ToString()));
        Assert.Equal([0, 10, 30, 33], (await LeavesAsync(root)).Select(l => l.Offset));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(5000)]
    [InlineData(200_000)]
    public async Task LeavesComeBackInOrderThroughAllLevels(int count)
    {
        List<VtBlockReference> leaves = MakeLeaves(count, 1);
        VtBlockReference root = Fold(leaves);
        Assert.Equal(VtBlockKind.Indirect, root.Kind);
        Assert.Equal(leaves.Sum(l => l.Length), root.Length);
        long offset = 0;
        int at = 0;
        await foreach ((long found, VtBlockReference leaf) in BlockTree.ReadLeavesAsync(_blocks, root, keepUnreadable: false, default))
        {
            Assert.Equal(offset, found);
            Assert.Equal(leaves[at++], leaf);
            offset += leaf.Length;
        }

        Assert.Equal(count, at);
    }

    [Fact]
    public async Task AnIndirectBlockHolds256To4096ReferencesAndEndsWhereAHashSaysSo()
    {
        VtBlockReference root = Fold(MakeLeaves(200_000, 2));
        Stack<VtBlockReference> open = new([root]);
        int full = 0;
        while (open.TryPop(out VtBlockReference? next))
        {
            List<VtBlockReference> children = await BlockTree.ReadIndirectAsync(_blocks, next, default);
            List<VtBlockReference> below = [.. children.Where(c => c.Kind == VtBlockKind.Indirect)];
            for (int i = 0; i < below.Count; i++)
            {
                open.Push(below[i]);
                List<VtBlockReference> grandchildren = await BlockTree.ReadIndirectAsync(_blocks, below[i], default);
                Assert.InRange(grandchildren.Count, 1, 4096);
                if (i < below.Count - 1 || next != root)
                {
                    // Every one but the last of its level ends at a hash that says so, or is full.
                    uint number = BinaryPrimitives.ReadUInt32LittleEndian(grandchildren[^1].Hash!.Span[4..]);
                    if (number % 768 == 0 && grandchildren.Count >= 256)
                    {
                        full++;
                    }
                }

                for (int j = 255; j < grandchildren.Count - 1; j++)
                {
                    Assert.NotEqual(0u, BinaryPrimitives.ReadUInt32LittleEndian(grandchildren[j].Hash!.Span[4..]) % 768);
                }
            }
        }

        Assert.True(full > 100, $"Only {full} blocks end where a hash says so.");
    }

    [Fact]
    public void OneChangedLeafChangesAboutOneIndirectBlockALevel()
    {
        List<VtBlockReference> leaves = MakeLeaves(100_000, 3);
        Fold(leaves);
        int before = _blocks.Blocks.Count;
        leaves[40_000] = VtBlockReference.OfHash(BlockHasher.Compute(VtHashName.Sha256, "changed"u8), 5000);
        Fold(leaves);
        int changed = _blocks.Blocks.Count - before;
        Assert.InRange(changed, 2, 6);

        before = _blocks.Blocks.Count;
        leaves.Insert(100, VtBlockReference.OfHash(BlockHasher.Compute(VtHashName.Sha256, "inserted"u8), 5000));
        Fold(leaves);
        Assert.InRange(_blocks.Blocks.Count - before, 2, 6);
    }

    [Fact]
    public async Task BytesAreReadAtEveryKindOfOffset()
    {
        (VtBlockReference root, byte[] plain) = MakeContent();
        Assert.Equal(plain.Length, root.Length);
        Random random = new(5);
        for (int i = 0; i < 3000; i++)
        {
            int offset = i < 40 ? i : i < 80 ? plain.Length - (i - 40) : random.Next(plain.Length + 10);
            int length = random.Next(4) == 0 ? random.Next(20_000) : random.Next(70);
            byte[] buffer = new byte[length];
            int read = await BlockTree.ReadAsync(_blocks, root, offset, buffer, default);
            Assert.Equal(Math.Max(0, Math.Min(length, plain.Length - offset)), read);
            Assert.True(buffer.AsSpan(0, read).SequenceEqual(plain.AsSpan(Math.Min(offset, plain.Length), read)), $"At {offset}, {length} bytes");
        }

        byte[] all = new byte[plain.Length + 100];
        Assert.Equal(plain.Length, await BlockTree.ReadAsync(_blocks, root, 0, all, default));
        Assert.True(all.AsSpan(0, plain.Length).SequenceEqual(plain));
        Assert.Equal(0, await BlockTree.ReadAsync(_blocks, root, plain.Length, all, default));
        Assert.Equal(0, await BlockTree.ReadAsync(_blocks, root, long.MaxValue, all, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await BlockTree.ReadAsync(_blocks, root, -1, all, default));
    }

    [Fact]
    public async Task ASmallReadDescendsOnlyWhereItsBytesAre()
    {
        List<VtBlockReference> leaves = MakeLeaves(100_000, 6);
        byte[] tail = "the tail of it all"u8.ToArray();
        leaves.Add(_blocks.AddChunk(tail));
        VtBlockReference root = Fold(leaves);
        int before = _blocks.Reads;
        byte[] buffer = new byte[tail.Length];
        await BlockTree.ReadAsync(_blocks, root, root.Length - tail.Length, buffer, default);
        Assert.Equal(tail, buffer);
        Assert.InRange(_blocks.Reads - before, 2, 5);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task SpansThatDoNotAddUpAreRefused(long off)
    {
        BlockTreeBuilder builder = new(_blocks);
        builder.Add(_blocks.AddChunk("abc"u8));
        builder.Add(_blocks.AddChunk("defg"u8));
        VtBlockReference lie = VtBlockReference.OfIndirect(builder.Finish().Hash!, 7 + off);
        VtException error = await Assert.ThrowsAsync<VtException>(async () => await BlockTree.ReadIndirectAsync(_blocks, lie, default));
        Assert.Equal(VtErrorId.BlockDamaged, error.ErrorId);
        Assert.Equal(lie.Hash, error.Target);
        await Assert.ThrowsAsync<VtException>(async () => await BlockTree.ReadAsync(_blocks, lie, 0, new byte[1], default));
        await Assert.ThrowsAsync<VtException>(() => LeavesAsync(lie));
    }

    [Fact]
    public async Task ALeafOfAnotherLengthThanItsReferenceSaysIsRefused()
    {
        VtBlockReference lie = VtBlockReference.OfHash(_blocks.Add("abc"u8), 4);
        VtException error = await Assert.ThrowsAsync<VtException>(async () => await BlockTree.GetLeafAsync(_blocks, lie, default));
        Assert.Equal(VtErrorId.BlockDamaged, error.ErrorId);
    }

    [Fact]
    public async Task ABlockThatIsNoListOfReferencesIsDamagedNotATree()
    {
        VtBlockReference lie = VtBlockReference.OfIndirect(_blocks.Add("not a list"u8), 10);
        VtException error = await Assert.ThrowsAsync<VtException>(async () => await BlockTree.ReadIndirectAsync(_blocks, lie, default));
        Assert.Equal(VtErrorId.BlockDamaged, error.ErrorId);
    }

    [Fact]
    public async Task ATreeThatIsTooDeepIsRefused()
    {
        VtBlockReference at = _blocks.AddChunk("the bottom of a pit"u8);
        ByteWriter writer = new();
        List<VtBlockReference> depths = [at];
        for (int i = 0; i < 20; i++)
        {
            writer.Clear();
            BlockReferenceCodec.Write(writer, at);
            at = VtBlockReference.OfIndirect(_blocks.Add(writer.Written), at.Length);
            depths.Add(at);
        }

        Assert.Single(await LeavesAsync(depths[16]));
        Assert.Equal(19, await BlockTree.ReadAsync(_blocks, depths[16], 0, new byte[19], default));
        Assert.Equal(VtErrorId.BlockDamaged, (await Assert.ThrowsAsync<VtException>(() => LeavesAsync(depths[17]))).ErrorId);
        Assert.Equal(VtErrorId.BlockDamaged, (await Assert.ThrowsAsync<VtException>(async () => await BlockTree.ReadAsync(_blocks, depths[17], 0, new byte[19], default))).ErrorId);
    }

    [Fact]
    public async Task AnUnreadableIndirectBlockIsGivenAsItselfWhereAskedFor()
    {
        List<VtBlockReference> leaves = MakeLeaves(20_000, 8);
        VtBlockReference root = Fold(leaves);
        List<VtBlockReference> top = await BlockTree.ReadIndirectAsync(_blocks, root, default);
        _blocks.Blocks.Remove(top[1].Hash!);
        List<(long Offset, VtBlockReference Leaf)> found = [];
        await foreach ((long, VtBlockReference) each in BlockTree.ReadLeavesAsync(_blocks, root, keepUnreadable: true, default))
        {
            found.Add(each);
        }

        (long offset, VtBlockReference lost) = Assert.Single(found, f => f.Leaf.Kind == VtBlockKind.Indirect);
        Assert.Equal(top[1], lost);
        Assert.Equal(top[0].Length, offset);
        Assert.Equal(root.Length, found.Sum(f => f.Leaf.Length));
        Assert.Equal(root.Length - found[^1].Leaf.Length, found[^1].Offset);
        Assert.Equal(VtErrorId.BlockNotFound, (await Assert.ThrowsAsync<VtException>(() => LeavesAsync(root))).ErrorId);
    }

    private static List<VtBlockReference> MakeLeaves(int count, int seed)
    {
        Random random = new(seed);
        List<VtBlockReference> leaves = new(count);
        for (int i = 0; i < count; i++)
        {
            byte[] hash = new byte[32];
            random.NextBytes(hash);
            leaves.Add(VtBlockReference.OfHash(new VtHash(VtHashName.Sha256, hash), random.Next(1, 10_000)));
        }

        return leaves;
    }

    private VtBlockReference Fold(List<VtBlockReference> leaves)
    {
        BlockTreeBuilder builder = new(_blocks);
        leaves.ForEach(builder.Add);
        return builder.Finish();
    }

    /// <summary>Several hundred kilobytes in leaves of all kinds, three levels of them.</summary>
    private (VtBlockReference Root, byte[] Plain) MakeContent()
    {
        Random random = new(4);
        BlockTreeBuilder builder = new(_blocks);
        using MemoryStream plain = new();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 60)];
            random.NextBytes(bytes);
            switch (random.Next(4))
            {
                case 0:
                    Array.Fill(bytes, (byte)(i % 3));
                    builder.Add(VtBlockReference.OfRun((byte)(i % 3), bytes.Length));
                    break;
                case 1 when bytes.Length <= 32:
                    builder.Add(VtBlockReference.OfLiteral(bytes));
                    break;
                default:
                    builder.Add(_blocks.AddChunk(bytes));
                    break;
            }

            plain.Write(bytes);
        }

        return (builder.Finish(), plain.ToArray());
    }

    private async Task<List<(long Offset, VtBlockReference Leaf)>> LeavesAsync(VtBlockReference root)
    {
        List<(long, VtBlockReference)> leaves = [];
        await foreach ((long, VtBlockReference) leaf in BlockTree.ReadLeavesAsync(_blocks, root, keepUnreadable: false, default))
        {
            leaves.Add(leaf);
        }

        return leaves;
    }
}
