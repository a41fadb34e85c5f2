using System.Text;
using VtPS.Engine.Listing;
using Xunit;

namespace VtPS.Engine.Tests.Listing;

public sealed class PathPatternTests
{
    [Fact]
    public void EscapedPathsMeanTheItemTheyWereMadeOf()
    {
        foreach (string name in (string[])["a[1].txt", "*", "?", "`", "`[", "a]b", "plain", "\\\\", "\\xff[0]"])
        {
            InsidePath path = InsidePath.Parse(InsidePath.Escape("dir/" + name));
            Assert.Equal(2, path.Names.Count);
            Assert.Equal(VtPS.Engine.IO.PathText.Parse(name), path.Names[1].Literal);
        }
    }

    [Theory]
    [InlineData("/a//b/./c/", "a b c")]
    [InlineData("", "")]
    [InlineData("/", "")]
    public void EmptyNamesOfAPathArePassedOver(string text, string names) =>
        Assert.Equal(names, string.Join(' ', InsidePath.Parse(text).Names.Select(n => n.Text)));

    [Theory]
    [InlineData("*.c", "x/y/z.c", true)]
    [InlineData("src/*.c", "src/z.c", true)]
    [InlineData("src/*.c", "src/a/z.c", false)]
    [InlineData("src/**/*.c", "src/z.c", true)]
    [InlineData("src/**/*.c", "src/a/b/z.c", true)]
    [InlineData("**/b/*", "a/b/c", true)]
    [InlineData("**", "a/b", true)]
    [InlineData("/z.c", "x/z.c", false)]
    [InlineData("src/**", "src/a/b", true)]
    [InlineData("src/**", "other/src", false)]
    [InlineData("**/x/**/y", "x/a/x/b/y", true)]
    public void APathPatternFollowsAWalk(string pattern, string path, bool expected)
    {
        PathPattern parsed = PathPattern.Parse(pattern);
        ulong places = parsed.Start;
        string[] names = path.Split('/');
        foreach (string name in names[..^1])
        {
            places = parsed.Enter(places, Encoding.UTF8.GetBytes(name));
            Assert.True(parsed.CanMatchBelow(places) || !expected);
        }

        Assert.Equal(expected, parsed.Matches(places, Encoding.UTF8.GetBytes(names[^1])));
    }
}
