using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>The bytes on the wire, as docs/protocol.md has them.</summary>
public sealed class ProtocolGoldenTests
{
    [Fact]
    public void A_header_is_twelve_bytes()
    {
        byte[] bytes = new byte[FrameHeader.Size];
        FrameHeader header = new(0x01020304, FrameType.Request, FrameHeader.Last, 0x0506, 0x0708090a);
        header.Write(bytes);
        Assert.Equal("040302010201060" + "50a090807", Convert.ToHexStringLower(bytes));
        Assert.Equal(header, FrameHeader.Read(bytes));
    }

    [Fact]
    public void A_Hello()
    {
        Hello hello = new() { Right = ExportRight.AppendOnly, Program = "0.1.0" };
        Assert.Equal("89565450" + "0d0a1a0a" + "0100" + "0100" + "00000100" + "00004000" + "4000" + "02" + "00" + "05302e312e30", Convert.ToHexStringLower(hello.ToBytes()));
        Assert.Equal(hello, Hello.Read(hello.ToBytes()));
    }

    [Fact]
    public void A_later_Hello_may_have_more_at_its_end() => Assert.Equal("x", Hello.Read([.. new Hello { Program = "x" }.ToBytes(), 1, 2, 3]).Program);

    [Theory]
    [InlineData(0, "89565450")]
    [InlineData(8, "0200")]
    [InlineData(10, "0000")]
    [InlineData(12, "ff0f0000")]
    [InlineData(12, "ffffffff")]
    [InlineData(16, "00000000")]
    [InlineData(20, "0f00")]
    [InlineData(22, "04")]
    public void A_Hello_that_cannot_be_is_refused(int at, string hex)
    {
        byte[] bytes = new Hello().ToBytes();
        Convert.FromHexString(hex).CopyTo(bytes, at);
        if (at == 0)
        {
            bytes[7] ^= 1;
        }

        Assert.Throws<InvalidDataException>(() => Hello.Read(bytes));
    }

    [Fact]
    public void A_progress()
    {
        OperationProgress progress = new() { Activity = "Scanning", ItemsDone = 3, ItemsTotal = 200, BytesDone = 5, Rate = 6.5, Remaining = TimeSpan.FromSeconds(7), Percent = 8 };
        byte[] bytes = ProgressMessage.Write(progress);
        Assert.Equal("085363616e6e696e67" + "03" + "c901" + "05" + "00" + "06" + "08" + "09", Convert.ToHexStringLower(bytes));
        Assert.Equal(progress with { Rate = 6 }, ProgressMessage.Read([.. bytes, 1]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0161010101")]
    [InlineData("0161ffffffffffffffffff0100000000000000")]
    [InlineData("0561")]
    public void A_progress_that_cannot_be_is_refused(string hex) => Assert.Throws<InvalidDataException>(() => ProgressMessage.Read(Convert.FromHexString(hex)));

    [Fact]
    public void A_progress_steers_no_terminal_and_fills_no_screen()
    {
        Assert.Equal("a\\x1b[2J", ProgressMessage.Read(ProgressMessage.Write(new OperationProgress { Activity = "a\u001b[2J" })).Activity);
        Assert.Throws<InvalidDataException>(() => ProgressMessage.Read(ProgressMessage.Write(new OperationProgress { Activity = new string('x', 65) })));
    }

    [Fact]
    public void An_Open() => Assert.Equal("01" + "01" + "042f612062", Convert.ToHexStringLower(new OpenRequest(PeerLevel.Objects, true, "/a b").ToBytes()));

    [Fact]
    public void A_read() => Assert.Equal("0161" + "8002" + "07", Convert.ToHexStringLower(ObjectMessages.Read("a", 256, 7)));

    [Fact]
    public void A_put() => Assert.Equal("0161" + "026263", Convert.ToHexStringLower(ObjectMessages.Texts("a", "bc")));

    [Fact]
    public void A_listing()
    {
        ByteWriter writer = new();
        ObjectMessages.WriteInfo(writer, new ObjectInfo("ab", 300));
        ObjectMessages.WriteInfo(writer, new ObjectInfo("c", 0));
        Assert.Equal("026162" + "ac02" + "0163" + "00", Convert.ToHexStringLower(writer.Written));

        // Cut anywhere, the whole ones are read and the rest is left.
        for (int length = 0; length <= writer.Length; length++)
        {
            List<ObjectInfo> infos = [];
            int taken = ObjectMessages.ReadInfos(writer.Written[..length], infos);
            Assert.Equal(length < 5 ? 0 : length < 8 ? 5 : 8, taken);
            Assert.Equal(taken == 0 ? 0 : taken == 5 ? 1 : 2, infos.Count);
        }
    }

    [Fact]
    public void An_error()
    {
        PeerError error = new("StoreFull", "no room", "/s");
        Assert.Equal("09" + Hex("StoreFull") + "07" + Hex("no room") + "022f73", Convert.ToHexStringLower(error.ToBytes()));
        Assert.Equal(error, PeerError.Read(error.ToBytes()));

        static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));
    }

    [Fact]
    public void An_error_fits_the_shortest_frame_whatever_it_says()
    {
        string text = new('\u20ac', 100_000);
        Assert.True(new PeerError("SourceReadFailed", text, text).ToBytes().Length <= Hello.LeastPayload);
    }

    [Theory]
    [InlineData("StoreFull", typeof(VtException))]
    [InlineData("NobodyKnowsThis", typeof(VtException))]
    [InlineData("ObjectNotFound", typeof(ObjectNotFoundException))]
    [InlineData("ObjectExists", typeof(ObjectExistsException))]
    [InlineData("Cancelled", typeof(OperationCanceledException))]
    public void An_error_becomes_an_exception(string code, Type type)
    {
        Exception e = new PeerError(code, "why", "what").ToException("ssh://host/store");
        Assert.IsType(type, e);
        Assert.True(e is not VtException vt || (vt.Message.Contains("why", StringComparison.Ordinal) && vt.Message.Contains("ssh://host/store", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_greeting_and_a_call_on_the_wire()
    {
        TestWire wire = new() { Listen = true };
        PeerConnection connection = PeerConnection.Start(wire.Client, new PeerOptions { Hello = new Hello { Program = "1" } }, null);
        _ = connection.CallAsync(PeerMethod.Length, ObjectMessages.Text("ab"), default).AsTask();
        SpinWait.SpinUntil(() => wire.Heard.Length >= 53, TimeSpan.FromSeconds(10));
        Assert.Equal(
            "1a000000" + "01" + "00" + "0000" + "00000000" + "895654500d0a1a0a" + "01000100" + "00000100" + "00004000" + "4000" + "0000" + "0131"
            + "03000000" + "02" + "01" + "1200" + "01000000" + "026162",
            Convert.ToHexStringLower(wire.Heard));
    }

    [Fact]
    public void The_state_of_a_Store_and_windows_and_digests_of_its_blocks()
    {
        BlockStatus status = new("ab", VtHashName.Sha256, 1, 300, 5, true, 7);
        Assert.Equal("026162" + "06736861323536" + "01" + "ac02" + "05" + "01" + "07", Convert.ToHexStringLower(status.ToBytes()));
        Assert.Equal(status, BlockStatus.Read(status.ToBytes()));

        Assert.Equal("02" + "01" + "ac02", Convert.ToHexStringLower(BlockMessages.Windows(2, [1, 300])));
        Assert.Throws<InvalidDataException>(() => BlockMessages.ReadWindows(BlockMessages.Windows(2, [3, 3]), 8));
        Assert.Throws<InvalidDataException>(() => BlockMessages.ReadWindows(BlockMessages.Windows(2, [256]), 8));
        Assert.Throws<InvalidDataException>(() => BlockMessages.ReadWindows(BlockMessages.Windows(3, [0]), 2));

        // Two hashes in window 5 of depth 1: the sum of their last sixteen bytes.
        byte[] hashes = new byte[64];
        (hashes[0], hashes[16], hashes[32], hashes[48], hashes[63]) = (0x51, 0xff, 0x52, 0x02, 0x80);
        WindowDigest digest = WindowDigest.Of(SortedHashes.Parse(VtHashName.Sha256, hashes), 1, 5);
        ByteWriter writer = new();
        digest.Write(writer);
        new WindowDigest(0, 0).Write(writer);
        Assert.Equal("02" + "0101" + "00000000000000000000000000" + "80" + "00", Convert.ToHexStringLower(writer.Written));
    }
}
