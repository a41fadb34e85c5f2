using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Chunking;
using Xunit;

namespace VtPS.Engine.Tests.Stores;

public sealed class RecordCompanyTests
{
    [Fact]
    public void Large_blocks_that_do_not_shrink_are_kept_raw() =>
        Assert.InRange(Encode(TestContent.Random(256 << 10, 1), TestContent.Random(300_000, 2)), 556_000, 564_000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_quarter_that_shrinks_is_found(int quarter)
    {
        byte[] block = TestContent.Random(256 << 10);
        TestContent.Text(64 << 10).CopyTo(block, quarter * (64 << 10));
        Assert.InRange(Encode(block), 192 << 10, 232 << 10);
    }

    [Fact]
    public void One_block_among_many_that_shrinks_is_found() =>
        Assert.InRange(Encode(TestContent.Random(256 << 10, 1), TestContent.Random(256 << 10, 2), TestContent.Text(256 << 10)), 512 << 10, 680 << 10);

    [Fact]
    public void Small_blocks_are_always_tried()
    {
        byte[] block = TestContent.Random(60_000);
        TestContent.Text(12_000).CopyTo(block, 7_000);
        Assert.InRange(Encode(block), 48_000, 57_000);
    }

    /// <summary>The length of the record of these blocks, in bytes.</summary>
    private static int Encode(params byte[][] blocks)
    {
        using RecordCompany company = new(Codec.Zstd, 3);
        foreach (byte[] block in blocks)
        {
            company.Add(BlockHasher.Compute(VtHashName.Sha256, block), block);
        }

        return company.Encode(RecordShape.Plain).Length;
    }
}
