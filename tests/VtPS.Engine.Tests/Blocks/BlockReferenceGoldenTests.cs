using VtPS.Engine.Blocks;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Blocks;

/// <summary>The bytes and texts of block references, as docs/format.md has them.</summary>
public sealed class BlockReferenceGoldenTests
{
    private const string Sha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private const string Sha512OfAbc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    private const string Sha3OfAbc = "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532";

    public static TheoryData<string, string> Forms => new()
    {
        { $"hash:sha256:{Sha256OfAbc}:3", "23 01 03 01" + Sha256OfAbc },
        { $"hash:sha512:{Sha512OfAbc}:3", "43 01 03 02" + Sha512OfAbc },
        { $"hash:sha3-256:{Sha3OfAbc}:3", "23 01 03 03" + Sha3OfAbc },
        { $"indirect:sha256:{Sha256OfAbc}:300", "24 04 ac02 01" + Sha256OfAbc },
        { "literal:616263", "05 02 03 616263" },
        { "literal:", "02 02 00" },
        { "run:00:1048576", "05 03 00 808040" },
        { "run:ff:1099511627776", "08 03 ff 808080808020" },
        { "run:20:9223372036854775807", "0b 03 20 ffffffffffffffff7f" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void EachKindHasOneBinaryAndOneTextForm(string text, string digits)
    {
        VtBlockReference reference = VtBlockReference.Parse(text);
        Assert.Equal(text, reference.ToString());

        ByteWriter writer = new();
        BlockReferenceCodec.Write(writer, reference);
        Golden.Equal(digits, writer.Written);
        Assert.Equal(writer.Length, BlockReferenceCodec.Length(reference));

        ByteReader reader = new(Golden.Bytes(digits));
        Assert.Equal(reference, BlockReferenceCodec.Read(ref reader));
        Assert.True(reader.IsEmpty);
    }

    [Fact]
    public void WhatFollowsAKnownFormInsideItsLengthIsPassedOver()
    {
        ByteReader reader = new(Golden.Bytes("07 02 03 616263 ffee 02 02 00"));
        Assert.Equal("literal:616263", BlockReferenceCodec.Read(ref reader).ToString());
        Assert.Equal(VtBlockReference.Empty, BlockReferenceCodec.Read(ref reader));
        Assert.True(reader.IsEmpty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("05 02 03 6162")]
    [InlineData("05 02 04 616263")]
    [InlineData("22 01 03 01" + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200")]
    [InlineData("03 03 00 00")]
    [InlineData("23 02 21 616161616161616161616161616161616161616161616161616161616161616161")]
    [InlineData("0c 03 00 ffffffffffffffffff01")]
    [InlineData("04 03 00 8000")]
    public void BytesThatAreNoReferenceAreRefused(string digits) => Assert.Throws<InvalidDataException>(() =>
    {
        ByteReader reader = new(Golden.Bytes(digits));
        BlockReferenceCodec.Read(ref reader);
    });

    [Theory]
    [InlineData("03 05 00 01")]
    [InlineData("02 09 00")]
    [InlineData("02 00 00")]
    [InlineData("23 01 03 04" + Sha256OfAbc)]
    public void AKindOrHashOfALaterVersionIsToldFromDamage(string digits)
    {
        VtException error = Assert.Throws<VtException>(() =>
        {
            ByteReader reader = new(Golden.Bytes(digits));
            BlockReferenceCodec.Read(ref reader);
        });
        Assert.Equal(VtErrorId.StoreFormatUnsupported, error.ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hash")]
    [InlineData("literal:6")]
    [InlineData("literal:6g")]
    [InlineData("run:00:0")]
    [InlineData("run:0:1")]
    [InlineData("run:00:-1")]
    [InlineData("run:00: 1")]
    [InlineData("hash:sha256:ba78:3")]
    [InlineData("hash:md5:ba7816bf8f01cfea414140de5dae2223:3")]
    [InlineData("subblock:1:2")]
    [InlineData($"hash:sha256:{Sha256OfAbc}")]
    [InlineData($"hash:sha256:{Sha256OfAbc}:3:4")]
    [InlineData($"hash:sha256:{Sha256OfAbc}:9223372036854775808")]
    public void ATextThatIsNoReferenceIsRefused(string text)
    {
        Assert.False(VtBlockReference.TryParse(text, out _));
        Assert.Throws<FormatException>(() => VtBlockReference.Parse(text));
    }

    [Fact]
    public void ALiteralHoldsNoMoreThan32Bytes()
    {
        Assert.Equal(32, VtBlockReference.OfLiteral(new byte[32]).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => VtBlockReference.OfLiteral(new byte[33]));
        Assert.False(VtBlockReference.TryParse("literal:" + new string('0', 66), out _));
    }

    [Fact]
    public void AnIndirectBlockIsItsReferencesOneAfterTheOther()
    {
        MemoryBlocks blocks = new();
        BlockTreeBuilder builder = new(blocks);
        builder.Add(blocks.AddChunk("abc"u8));
        builder.Add(VtBlockReference.OfLiteral("def"u8));
        builder.Add(VtBlockReference.OfRun(0, 1096));
        builder.Add(VtBlockReference.OfRun(0, 3000));
        VtBlockReference root = builder.Finish();

        Assert.Equal("indirect:sha256:b3eb6f1e003cbaa28547810965402f292a1a8c0e3e71a060b21f392a96d5d9ef:4102", root.ToString());
        Golden.Equal($"23 01 03 01 {Sha256OfAbc} 05 02 03 646566 04 03 00 8020", blocks.Blocks[root.Hash!]);
    }

    [Fact]
    public void TheNumbersOfHashFunctionsAreThoseOfTheFormat()
    {
        Assert.Equal(1, (int)VtHashName.Sha256);
        Assert.Equal(2, (int)VtHashName.Sha512);
        Assert.Equal(3, (int)VtHashName.Sha3_256);
        Assert.Equal($"sha256:{Sha256OfAbc}", BlockHasher.Compute(VtHashName.Sha256, "abc"u8).ToString());
    }
}
