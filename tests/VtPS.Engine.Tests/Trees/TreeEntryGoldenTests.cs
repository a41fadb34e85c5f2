using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Trees;

/// <summary>The bytes of directory entries, as docs/format.md has them.</summary>
public sealed class TreeEntryGoldenTests
{
    private const string Full = """
        8c01
        01 04 66696c65
        02 01 01
        03 02 ed13
        04 02 e807
        05 01 64
        06 02 6d65
        07 02 7573
        08 09 80bcc1960b 959aef3a
        09 01 03
        0a 24 23 01 03 01 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
        0d 20 a1bba242a4a3225d43dbe6ca7316a5a86df70e24d4f8f1abe01c0135755e2be2
        0e 12 06 757365722e61 02 00ff 06 757365722e62 00
        0f 01 03
        10 01 20
        """;

    private const string SymbolicLink = "19 01 02 ff6c 02 01 03 03 02 ff03 08 06 01 ff93ebdc03 0b 04 2e2e2f78";

    private const string Device = "16 01 04 6e756c6c 02 01 05 03 02 b603 08 02 00 00 0c 03 01 ac02";

    private const string Directory = "0f 01 01 64 02 01 02 08 02 00 00 0a 03 02 02 00";

    private const string OfALaterVersion = "17 01 01 64 02 01 02 08 02 00 00 0a 03 02 02 00 11 03 6e6577 ac02 00";

    [Fact]
    public void AFileWithEveryField()
    {
        Golden.Equal(Full, Write(new TreeEntry
        {
            Name = "file"u8.ToArray(),
            Type = VtItemType.File,
            Mode = 0x9ed,
            UserId = 1000,
            GroupId = 100,
            UserName = "me",
            GroupName = "us",
            Modified = new FileTime(1500000000, 123456789),
            Size = 3,
            Content = VtBlockReference.OfHash(BlockHasher.Compute(VtHashName.Sha256, "abc"u8), 3),
            LinkGroup = BlockHasher.Compute(VtHashName.Sha256, "a/first"u8).ToByteArray(),
            ExtendedAttributes = [new("user.a"u8.ToArray(), [0, 255]), new("user.b"u8.ToArray(), [])],
            Sparse = true,
            ChangedWhileRead = true,
            WindowsAttributes = 32,
        }));

        TreeEntry entry = Read(Full);
        Assert.Equal("file"u8.ToArray(), entry.Name);
        Assert.Equal((VtItemType.File, 0x9ed, 1000u, 100u, "me", "us"), (entry.Type, entry.Mode, entry.UserId, entry.GroupId, entry.UserName, entry.GroupName));
        Assert.Equal((new FileTime(1500000000, 123456789), 3), (entry.Modified, entry.Size));
        Assert.Equal("hash:sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad:3", entry.Content!.ToString());
        Assert.Equal(BlockHasher.Compute(VtHashName.Sha256, "a/first"u8).ToByteArray(), entry.LinkGroup);
        Assert.Equal(["user.a", "user.b"], entry.ExtendedAttributes.Select(a => PathText.Format(a.Name)));
        Assert.Equal([0, 255], entry.ExtendedAttributes[0].Value);
        Assert.Empty(entry.ExtendedAttributes[1].Value);
        Assert.True(entry.Sparse);
        Assert.True(entry.ChangedWhileRead);
        Assert.Equal(32u, entry.WindowsAttributes);
        Assert.Empty(entry.UnknownFields);
        Golden.Equal(Full, Write(entry));
    }

    [Fact]
    public void ASymbolicLinkWithANameThatIsNoTextAndATimeBefore1970()
    {
        Golden.Equal(SymbolicLink, Write(new TreeEntry
        {
            Name = [0xff, (byte)'l'], Type = VtItemType.SymbolicLink, Mode = 0x1ff, Modified = new FileTime(-1, 999_999_999), LinkTarget = "../x"u8.ToArray(),
        }));
        TreeEntry entry = Read(SymbolicLink);
        Assert.Equal([0xff, (byte)'l'], entry.Name);
        Assert.Equal("../x"u8.ToArray(), entry.LinkTarget);
        Assert.Equal(new FileTime(-1, 999_999_999), entry.Modified);
        Assert.Null(entry.Content);
    }

    [Fact]
    public void ADevice()
    {
        Golden.Equal(Device, Write(new TreeEntry { Name = "null"u8.ToArray(), Type = VtItemType.CharacterDevice, Mode = 0x1b6, DeviceMajor = 1, DeviceMinor = 300 }));
        TreeEntry entry = Read(Device);
        Assert.Equal((VtItemType.CharacterDevice, 1u, 300u), (entry.Type, entry.DeviceMajor, entry.DeviceMinor));
    }

    [Fact]
    public void FieldsAtTheirDefaultAreLeftOut()
    {
        Golden.Equal(Directory, Write(new TreeEntry { Name = "d"u8.ToArray(), Type = VtItemType.Directory, Content = VtBlockReference.Empty }));
        TreeEntry entry = Read(Directory);
        Assert.Equal((0, 0u, 0u, null, null), (entry.Mode, entry.UserId, entry.GroupId, entry.UserName, entry.GroupName));
        Assert.Equal(default, entry.Modified);
        Assert.Equal(VtBlockReference.Empty, entry.Content);
    }

    [Fact]
    public void FieldsOfALaterVersionSurvive()
    {
        TreeEntry entry = Read(OfALaterVersion);
        Assert.Equal([17, 300], entry.UnknownFields.Select(f => f.Tag));
        Assert.Equal("new"u8.ToArray(), entry.UnknownFields[0].Value);
        Golden.Equal(OfALaterVersion, Write(entry));
    }

    [Theory]
    [InlineData("0f 02 01 02 01 01 64 08 02 00 00 0a 03 02 02 00")] // fields out of order
    [InlineData("12 01 01 64 01 01 65 02 01 02 08 02 00 00 0a 03 02 02 00")] // a field twice
    [InlineData("0c 00 00 01 01 64 02 01 04 08 02 00 00")] // tag 0
    [InlineData("0a 01 01 64 02 01 02 08 02 00 00")] // a directory without content
    [InlineData("0a 01 01 64 02 01 07 08 02 00 00")] // a socket
    [InlineData("0a 01 01 64 02 01 63 08 02 00 00")] // a type of another version
    [InlineData("12 01 01 64 02 01 01 08 02 00 00 09 01 02 0a 03 02 02 00")] // a size that is not the content's
    [InlineData("0e 01 01 64 02 01 04 08 06 00 80 94 eb dc 03")] // 10^9 nanoseconds
    [InlineData("0b 01 01 64 02 01 04 08 02 00 00")] // cut off
    [InlineData("0a 01 01 64 02 01 04 08 03 00 00")] // a field longer than its entry
    public void BytesThatAreNoEntryAreRefused(string digits) => Assert.Throws<InvalidDataException>(() => Read(digits));

    [Theory]
    [InlineData("")]
    [InlineData("2e")]
    [InlineData("2e2e")]
    [InlineData("612f62")]
    [InlineData("2f")]
    [InlineData("6100")]
    public void ANameThatLeadsElsewhereIsUnsafe(string name)
    {
        byte[] bytes = Golden.Bytes(name);
        string body = $"01 {bytes.Length:x2} {name} 02 01 04 08 02 00 00";
        VtException error = Assert.Throws<VtException>(() => Read($"{Golden.Bytes(body).Length:x2} {body}"));
        Assert.Equal(VtErrorId.UnsafePath, error.ErrorId);
    }

    [Fact]
    public void TheNumbersOfTypesAreThoseOfTheFormat() => Assert.Equal(
        [1, 2, 3, 4, 5, 6],
        new[] { VtItemType.File, VtItemType.Directory, VtItemType.SymbolicLink, VtItemType.Fifo, VtItemType.CharacterDevice, VtItemType.BlockDevice }.Select(t => (int)t));

    private static byte[] Write(TreeEntry entry)
    {
        ByteWriter writer = new();
        TreeEntryCodec.Write(writer, entry, new ByteWriter());
        return writer.Written.ToArray();
    }

    private static TreeEntry Read(string digits)
    {
        ByteReader reader = new(Golden.Bytes(digits));
        TreeEntry entry = TreeEntryCodec.Read(ref reader);
        Assert.True(reader.IsEmpty);
        return entry;
    }
}
