using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Index;

/// <summary>What every index does, over every hash function.</summary>
public sealed class BlockIndexContractTests
{
    public static TheoryData<IndexKind, VtHashName> Cases()
    {
        TheoryData<IndexKind, VtHashName> cases = [];
        foreach (IndexKind kind in Enum.GetValues<IndexKind>())
        {
            foreach (VtHashName name in Enum.GetValues<VtHashName>())
            {
                cases.Add(kind, name);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_block_of_an_added_file_is_found_where_it_stands(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        Assert.Equal([IndexSample.File(1)], index.Refresh(IndexSample.Listing((1, 5000)), IndexSample.None));
        List<IndexedRecord> records = IndexSample.Records(name, [.. Enumerable.Range(0, 300)]);
        index.AddFile(IndexSample.File(1), 5000, records);

        foreach ((VtHash hash, BlockLocation expected) in IndexSample.Places(IndexSample.File(1), records))
        {
            Assert.True(index.TryFind(hash, out BlockLocation location));
            Assert.Equal(expected, location);
            Assert.True(index.Contains(hash));
            Assert.Equal([expected], index.FindAll(hash));
        }

        Assert.Equal(300, index.CountBlocks());
        for (int i = 300; i < 600; i++)
        {
            Assert.False(index.Contains(IndexSample.Hash(name, i)));
            Assert.False(index.TryFind(IndexSample.Hash(name, i), out _));
            Assert.Empty(index.FindAll(IndexSample.Hash(name, i)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_hash_that_differs_in_its_last_byte_is_another_block(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.AddFile(IndexSample.File(1), 5000, IndexSample.Records(name, 1));
        byte[] bytes = IndexSample.Hash(name, 1).ToByteArray();
        bytes[^1] ^= 1;
        Assert.False(index.Contains(new VtHash(name, bytes)));
        Assert.False(index.TryFind(new VtHash(name, bytes), out _));
    }

    [Fact]
    public async Task A_hash_of_another_function_is_not_found_and_not_taken()
    {
        foreach (IndexKind kind in Enum.GetValues<IndexKind>())
        {
            await using IndexHome home = new(kind);
            IBlockIndex index = home.Open(VtHashName.Sha256);
            index.AddFile(IndexSample.File(1), 5000, IndexSample.Records(VtHashName.Sha256, 1));
            VtHash sameBytes = new(VtHashName.Sha3_256, IndexSample.Hash(VtHashName.Sha256, 1).ToByteArray());
            Assert.False(index.Contains(sameBytes));
            Assert.False(index.TryFind(sameBytes, out _));
            Assert.Throws<ArgumentException>(() => index.AddFile(IndexSample.File(2), 5, IndexSample.Records(VtHashName.Sha512, 1)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_block_in_several_files_is_found_in_those_that_are_live(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1, 2));
        index.AddFile(IndexSample.File(2), 20, IndexSample.Records(name, 2, 3));
        Assert.Equal(2, index.FindAll(IndexSample.Hash(name, 2)).Count);
        Assert.Equal(3, index.CountBlocks());

        Assert.Empty(index.Refresh(IndexSample.Listing((1, 10), (2, 20)), IndexSample.Set(1)));
        Assert.Equal([IndexSample.File(2)], index.FindAll(IndexSample.Hash(name, 2)).Select(l => l.File));
        Assert.False(index.Contains(IndexSample.Hash(name, 1)));
        Assert.Equal(2, index.CountBlocks());
        Assert.Equal(2, index.Enumerate().Count());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Rows_of_a_given_up_file_stay_but_do_not_count(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1));
        Assert.Empty(index.Refresh(IndexSample.Listing((1, 10)), IndexSample.Set(1)));
        Assert.False(index.Contains(IndexSample.Hash(name, 1)));
        Assert.Empty(index.Enumerate());
        Assert.Empty(index.Refresh(IndexSample.Listing((1, 10)), IndexSample.None));
        Assert.True(index.Contains(IndexSample.Hash(name, 1)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_given_up_file_that_is_added_does_not_count(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        Assert.Equal([IndexSample.File(1)], index.Refresh(IndexSample.Listing((1, 10)), IndexSample.Set(1)));
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1));
        Assert.False(index.TryFind(IndexSample.Hash(name, 1), out _));
        Assert.Empty(index.Refresh(IndexSample.Listing((1, 10)), IndexSample.Set(1)));
        Assert.False(index.TryFind(IndexSample.Hash(name, 1), out _));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_file_listed_with_another_length_is_unknown_until_added_again(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1));
        Assert.Equal([IndexSample.File(1)], index.Refresh(IndexSample.Listing((1, 9)), IndexSample.None));
        Assert.False(index.Contains(IndexSample.Hash(name, 1)));
        index.AddFile(IndexSample.File(1), 9, IndexSample.Records(name, 2));
        Assert.False(index.Contains(IndexSample.Hash(name, 1)));
        Assert.True(index.Contains(IndexSample.Hash(name, 2)));
        Assert.Empty(index.Refresh(IndexSample.Listing((1, 9)), IndexSample.None));
        Assert.True(index.Contains(IndexSample.Hash(name, 2)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_file_that_went_and_came_back_is_unknown_until_added_again(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1));
        Assert.Empty(index.Refresh(IndexSample.Listing(), IndexSample.None));
        Assert.False(index.Contains(IndexSample.Hash(name, 1)));
        Assert.Equal([IndexSample.File(1)], index.Refresh(IndexSample.Listing((1, 10)), IndexSample.None));
        Assert.False(index.Contains(IndexSample.Hash(name, 1)));
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1));
        Assert.True(index.Contains(IndexSample.Hash(name, 1)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Adding_a_file_again_changes_nothing(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.Refresh(IndexSample.Listing(), IndexSample.None);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1));
        index.MarkCompleteBelow([IndexSample.Hash(name, 1)]);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, 1));
        Assert.Single(index.FindAll(IndexSample.Hash(name, 1)));
        Assert.True(index.IsCompleteBelow(IndexSample.Hash(name, 1)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Files_without_blocks_and_records_without_blocks_are_known(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.AddFile(IndexSample.File(1), 10, []);
        index.AddFile(IndexSample.File(2), 20, [new IndexedRecord(5, 6, []), new IndexedRecord(11, 7, [(IndexSample.Hash(name, 1), 3)])]);
        Assert.Empty(index.Refresh(IndexSample.Listing((1, 10), (2, 20)), IndexSample.None));
        Assert.True(index.TryFind(IndexSample.Hash(name, 1), out BlockLocation location));
        Assert.Equal(new BlockLocation(IndexSample.File(2), 11, 7, 1, 0, 3, 3), location);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Blocks_are_enumerated_in_the_order_of_hash_bytes_each_once(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(name, [.. Enumerable.Range(0, 2000)]));
        index.AddFile(IndexSample.File(2), 10, IndexSample.Records(name, [.. Enumerable.Range(1000, 2000)]));
        VtHash[] expected = [.. Enumerable.Range(0, 3000).Select(i => IndexSample.Hash(name, i)).Order()];
        Assert.Equal(expected, index.Enumerate().Select(e => e.Hash));
        foreach ((VtHash hash, BlockLocation location) in index.Enumerate())
        {
            Assert.Contains(location, index.FindAll(hash));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Hashes_with_equal_first_bytes_are_told_apart(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        List<(VtHash, int)> blocks = [];
        for (int i = 0; i < 500; i++)
        {
            byte[] bytes = new byte[VtHashNames.Size(name)];
            bytes.AsSpan(0, 4).Fill(i % 2 == 0 ? (byte)0 : (byte)0xFF);
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), i);
            blocks.Add((new VtHash(name, bytes), i + 1));
        }

        index.AddFile(IndexSample.File(1), 10, [new IndexedRecord(0, 9, blocks)]);
        foreach ((VtHash hash, int length) in blocks)
        {
            Assert.True(index.TryFind(hash, out BlockLocation location));
            Assert.Equal(length, location.BlockLength);
        }

        Assert.Equal(500, index.CountBlocks());
        Assert.Equal(blocks.Select(b => b.Item1).Order(), index.Enumerate().Select(e => e.Hash));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Flags_stand_until_a_file_goes_shrinks_or_is_given_up(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        VtHash hash = IndexSample.Hash(name, 1);
        Dictionary<DataFileId, long> listing = IndexSample.Listing((1, 10), (2, 20), (3, 30));
        index.Refresh(listing, IndexSample.None);
        Fill();
        Mark();

        index.Refresh(listing, IndexSample.None);
        Assert.True(index.IsCompleteBelow(hash)); // nothing new

        index.Refresh(IndexSample.Listing((1, 10), (2, 20), (3, 30), (4, 40)), IndexSample.None);
        Assert.True(index.IsCompleteBelow(hash)); // a file more, which it does not know

        index.Refresh(listing, IndexSample.None);
        Assert.True(index.IsCompleteBelow(hash)); // and that one gone

        index.Refresh(IndexSample.Listing((1, 10), (2, 20)), IndexSample.None);
        Assert.False(index.IsCompleteBelow(hash)); // gone

        index.Refresh(listing, IndexSample.None);
        Fill();
        Assert.False(index.IsCompleteBelow(hash));
        Mark();
        index.Refresh(IndexSample.Listing((1, 10), (2, 19), (3, 30)), IndexSample.None);
        Assert.False(index.IsCompleteBelow(hash)); // another length

        index.Refresh(listing, IndexSample.None);
        Fill();
        Mark();
        index.Refresh(listing, IndexSample.Set(2));
        Assert.False(index.IsCompleteBelow(hash)); // given up

        Mark();
        index.Refresh(listing, IndexSample.Set(2));
        Assert.True(index.IsCompleteBelow(hash)); // no news
        index.Refresh(listing, IndexSample.Set(2, 3));
        Assert.False(index.IsCompleteBelow(hash)); // one more given up

        void Fill()
        {
            for (int i = 1; i <= 3; i++)
            {
                index.AddFile(IndexSample.File(i), i * 10, IndexSample.Records(name, i));
            }
        }

        void Mark()
        {
            index.MarkCompleteBelow([hash, IndexSample.Hash(name, 77)]);
            Assert.True(index.IsCompleteBelow(hash));
            Assert.True(index.IsCompleteBelow(IndexSample.Hash(name, 77)));
            Assert.False(index.IsCompleteBelow(IndexSample.Hash(name, 78)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Many_threads_add_and_look_up_at_once(IndexKind kind, VtHashName name)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open(name);
        index.Refresh(IndexSample.Listing(), IndexSample.None);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (int file = 0; file < 25; file++)
            {
                int number = (worker * 25) + file;
                index.AddFile(IndexSample.File(number), 10, IndexSample.Records(name, [.. Enumerable.Range(number * 100, 100)]));
                for (int i = 0; i < 100; i++)
                {
                    Assert.True(index.TryFind(IndexSample.Hash(name, (number * 100) + i), out BlockLocation location));
                    Assert.Equal(IndexSample.File(number), location.File);
                    Assert.False(index.Contains(IndexSample.Hash(name, -1 - i)));
                }

                index.MarkCompleteBelow([IndexSample.Hash(name, number)]);
                Assert.True(index.IsCompleteBelow(IndexSample.Hash(name, number)));
            }
        })));
        Assert.Equal(10_000, index.CountBlocks());
        Assert.Equal(10_000, index.Enumerate().Count());
    }
}
