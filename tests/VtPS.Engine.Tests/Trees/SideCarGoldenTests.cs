using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Trees;

/// <summary>The bytes of side-car entries, as docs/format.md has them.</summary>
public sealed class SideCarGoldenTests
{
    private const string Directory = "10 07 c0c407 80bcc1960b 05 05 02 03 616263";
    private const string File = "09 03 ac02 03 ff93ebdc03";
    private const string Bare = "02 00 00";

    [Fact]
    public void EachFormReadsBackAsItWasWritten()
    {
        Check(Directory, new SideEntry(true, new FileTime(1500000000, 5), 123456, VtBlockReference.OfLiteral("abc"u8)));
        Check(File, new SideEntry(true, new FileTime(-2, 999_999_999), 300, null));
        Check(Bare, new SideEntry(false, null, 0, null));
    }

    [Fact]
    public void WhatFollowsTheKnownFieldsIsPassedOver()
    {
        ByteReader reader = new(Golden.Bytes("04 00 00 ffff" + Bare));
        Assert.Equal(default, SideCarCodec.Read(ref reader));
        Assert.Equal(default, SideCarCodec.Read(ref reader));
        Assert.True(reader.IsEmpty);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("01 00")]
    [InlineData("02 02 00")]
    [InlineData("02 04 00")]
    public void BytesThatAreNoEntryAreRefused(string digits) => Assert.Throws<InvalidDataException>(() =>
    {
        ByteReader reader = new(Golden.Bytes(digits));
        SideCarCodec.Read(ref reader);
    });

    private static void Check(string digits, SideEntry entry)
    {
        ByteWriter writer = new();
        SideCarCodec.Write(writer, entry, new ByteWriter());
        Golden.Equal(digits, writer.Written);
        ByteReader reader = new(Golden.Bytes(digits));
        Assert.Equal(entry, SideCarCodec.Read(ref reader));
    }
}
