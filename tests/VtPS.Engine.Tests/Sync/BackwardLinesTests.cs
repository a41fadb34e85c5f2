using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

public sealed class BackwardLinesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("", "")]
    [InlineData("\n\n", "")]
    [InlineData("a", "a")]
    [InlineData("a\nb\n", "b a")]
    [InlineData("a\n\nbé\ncut", "cut bé a")]
    public void Lines_come_from_the_end_without_empty_ones(string text, string expected)
    {
        File.WriteAllText(_folder.Combine("f"), text);

        Assert.Equal(expected, string.Join(' ', BackwardLines.Read(_folder.Combine("f"))));
    }

    [Fact]
    public void Lines_that_lie_across_pieces_are_whole()
    {
        string[] lines = [.. Enumerable.Range(0, 3000).Select(i => new string((char)('a' + (i % 26)), i % 997) + "é" + i), new string('x', 200_000)];
        File.WriteAllLines(_folder.Combine("f"), lines);

        Assert.Equal(lines.Reverse(), BackwardLines.Read(_folder.Combine("f")));
    }

    public void Dispose() => _folder.Dispose();
}
