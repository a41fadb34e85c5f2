using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.IO;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("a*b*c", "aXbXbXc", true)]
    [InlineData("a*b*c", "aXbXbX", false)]
    [InlineData("a*a*a", "aa", false)]
    [InlineData("*aab", "aaaab", true)]
    [InlineData("?", "ä", true)]
    [InlineData("?", "😀", true)]
    [InlineData("?", "", false)]
    [InlineData("??", "a", false)]
    [InlineData("[abc]", "b", true)]
    [InlineData("[a-cx-z]", "y", true)]
    [InlineData("[a-cx-z]", "d", false)]
    [InlineData("[α-ω]", "λ", true)]
    [InlineData("[]]", "]", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("a", "A", false)]
    [InlineData("`*", "*", true)]
    [InlineData("`*", "x", false)]
    [InlineData("`a", "`a", true)]
    [InlineData("``", "`", true)]
    public void Patterns_match_as_described(string pattern, string name, bool isMatch) =>
        Assert.Equal(isMatch, new NamePattern(pattern, backslashEscapes: true, ignoreCase: false).IsMatch(TestContent.Utf8(name)));

    [Fact]
    public void Case_is_ignored_where_asked()
    {
        NamePattern pattern = new("Ä[B-d]*", backslashEscapes: false, ignoreCase: true);
        Assert.True(pattern.IsMatch(TestContent.Utf8("äCx")));
        Assert.False(pattern.IsMatch(TestContent.Utf8("äex")));
    }

    [Fact]
    public void A_long_name_does_not_make_many_stars_slow()
    {
        byte[] name = TestContent.Utf8(new string('a', 255));
        NamePattern pattern = new(string.Concat(Enumerable.Repeat("*a", 60)) + "*b", backslashEscapes: true, ignoreCase: false);
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(pattern.IsMatch(name));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
    }

    [Fact]
    public void A_literal_gives_the_name_it_stands_for()
    {
        NamePattern pattern = new(@"a\xff`[ä\\", backslashEscapes: true, ignoreCase: false);
        Assert.True(pattern.IsLiteral);
        Assert.Equal([(byte)'a', 0xff, (byte)'[', .. TestContent.Utf8("ä"), (byte)'\\'], pattern.GetLiteral());
        Assert.False(new NamePattern("a?", backslashEscapes: true, ignoreCase: false).IsLiteral);
        Assert.Equal(@"a\x41", PathTextOf(new NamePattern(@"a\x41", backslashEscapes: false, ignoreCase: false)));
    }

    private static string PathTextOf(NamePattern pattern) => System.Text.Encoding.UTF8.GetString(pattern.GetLiteral());
}
