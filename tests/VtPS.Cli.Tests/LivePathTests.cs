using System.Text;
using VtPS.Cli.Arguments;

namespace VtPS.Cli.Tests;

public sealed class LivePathTests
{
    [Theory]
    [InlineData("a", "/here/a")]
    [InlineData(".", "/here")]
    [InlineData("./a//b/./", "/here/a/b")]
    [InlineData("/", "/")]
    [InlineData("//a", "/a")]
    [InlineData("/a/b/", "/a/b")]
    [InlineData("/no-such-folder/../b", "/b")]
    [InlineData("../../../b", "/b")]
    [InlineData("...", "/here/...")]
    [InlineData("a..", "/here/a..")]
    public void A_path_becomes_absolute(string path, string expected)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(expected, Encoding.UTF8.GetString(LivePath.Absolute(Encoding.UTF8.GetBytes(path), "/here"u8)));
        }
    }
}
