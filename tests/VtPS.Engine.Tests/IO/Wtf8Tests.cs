using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.IO;

public sealed class Wtf8Tests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("ä日😀")]
    public void What_is_valid_is_as_in_utf8(string text)
    {
        Assert.Equal(TestContent.Utf8(text), Wtf8.GetBytes(text));
        Assert.Equal(text, Wtf8.GetString(Wtf8.GetBytes(text)));
    }

    [Fact]
    public void Halves_of_pairs_come_back_as_they_were()
    {
        foreach (string text in (string[])["\ud800", "a\udfffb", "\udc00\ud800", "\ud83d\ud83d\ude00"])
        {
            Assert.Equal(text, Wtf8.GetString(Wtf8.GetBytes(text)));
        }

        Assert.Equal([0xed, 0xa0, 0x80], Wtf8.GetBytes("\ud800"));
    }

    [Fact]
    public void Other_bytes_are_no_text()
    {
        Assert.Null(Wtf8.GetString([0xff]));
        Assert.Null(Wtf8.GetString([0xc3]));
        Assert.Null(Wtf8.GetString([0xed, 0xa0]));
    }
}
