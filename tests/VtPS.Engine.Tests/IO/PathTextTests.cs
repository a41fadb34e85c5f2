using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.IO;

public sealed class PathTextTests
{
    [Fact]
    public void Every_name_comes_back_from_its_text()
    {
        foreach (byte[] name in NastyNames.OddNames)
        {
            string text = PathText.Format(name);
            Assert.DoesNotContain(text, char.IsControl);
            Assert.Equal(name, PathText.Parse(text));
        }
    }

    [Fact]
    public void Any_bytes_come_back_from_their_text()
    {
        for (ulong seed = 0; seed < 500; seed++)
        {
            byte[] bytes = TestContent.Random((int)(seed % 60), seed);
            Assert.Equal(bytes, PathText.Parse(PathText.Format(bytes)));
        }
    }

    [Theory]
    [InlineData("ä", new byte[] { 0xc3, 0xa4 })]
    [InlineData(@"\xff\x0a", new byte[] { 0xff, 0x0a })]
    [InlineData(@"\\", new byte[] { 0x5c })]
    public void The_text_is_as_documented(string text, byte[] bytes)
    {
        Assert.Equal(text, PathText.Format(bytes));
        Assert.Equal(bytes, PathText.Parse(text));
    }

    [Theory]
    [InlineData(@"a\b", @"a\b")]
    [InlineData(@"\", @"\")]
    [InlineData(@"\x4", @"\x4")]
    [InlineData(@"\xzz", @"\xzz")]
    public void A_backslash_that_begins_nothing_stands_for_itself(string text, string bytes) =>
        Assert.Equal(TestContent.Utf8(bytes), PathText.Parse(text));
}
