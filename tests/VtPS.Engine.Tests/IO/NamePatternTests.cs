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
    [InlineData("`[a`]*", "[a] b", true)]
    [InlineData("`[a`]*", "a b", false)]
    [InlineData("*.txt", "a.txt.bak", false)]
    [InlineData("**", "anything", true)]
    [InlineData("", "a", false)]
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
        Assert.Equal([(byte)'a', 0xff, (byte)'[', .. TestContent.Utf8("ä"), (byte)'\\'], pattern.Literal);
        Assert.True(pattern.IsMatch(pattern.Literal));
        Assert.Null(new NamePattern("a?", backslashEscapes: true, ignoreCase: false).Literal);
        Assert.Equal(TestContent.Utf8(@"a\x41"), new NamePattern(@"a\x41", backslashEscapes: false, ignoreCase: false).Literal);
    }

    [Theory]
    [InlineData("a\\xffb", true)]
    [InlineData("a?b", true)]
    [InlineData("a*", true)]
    [InlineData("a[\\xfe-\\xff]b", true)]
    [InlineData("a\\xfeb", false)]
    [InlineData("a????b", false)]
    public void A_byte_that_is_no_text_is_one_character(string pattern, bool expected) =>
        Assert.Equal(expected, new NamePattern(pattern, backslashEscapes: true, ignoreCase: false).IsMatch([(byte)'a', 0xff, (byte)'b']));

    [Theory]
    [InlineData("Work", "wOrk", true)]
    [InlineData("h[a-c]*", "HAM", true)]
    [InlineData(@"DOMAIN\h?m", @"domain\HAM", true)]
    [InlineData("h`*", "h*", true)]
    [InlineData("h`*", "ham", false)]
    [InlineData("", "", true)]
    public void A_text_matches_without_regard_to_case(string pattern, string text, bool expected) => Assert.Equal(expected, NamePattern.IsTextMatch(pattern, text));
}
