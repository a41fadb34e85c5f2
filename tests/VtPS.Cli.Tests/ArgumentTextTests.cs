using System.Text;
using VtPS.Cli.Arguments;

namespace VtPS.Cli.Tests;

public sealed class ArgumentTextTests
{
    [Fact]
    public void Every_byte_survives()
    {
        byte[] all = [.. Enumerable.Range(1, 255).Select(value => (byte)value), .. "grün 店 😀"u8, 0xF0, 0x9F, 0x98, 0xED, 0xB3, 0xBF];

        Assert.Equal(all, ArgumentText.Encode(ArgumentText.Decode(all)));
    }

    [Fact]
    public void Text_stays_as_it_is()
    {
        Assert.Equal("grün 店 😀", ArgumentText.Decode("grün 店 😀"u8));
        Assert.True(ArgumentText.IsText("grün 店 😀"));
        Assert.False(ArgumentText.IsText(ArgumentText.Decode([0x61, 0xFF])));
    }

    [Fact]
    public void An_inside_path_has_raw_bytes_escaped_and_escapes_kept() =>
        Assert.Equal(@"a\xff\\b😀", ArgumentText.ToInsidePath(ArgumentText.Decode([0x61, 0xFF, .. @"\\b😀"u8])));

    [Fact]
    public void The_kernels_words_are_matched_from_the_end()
    {
        byte[] commandLine = [.. "dotnet\0vt.dll\0backup\0a"u8, 0xFF, 0, 0];

        string[] words = ArgumentText.FromCommandLine(commandLine, ["backup", "a\uFFFD", ""]);

        Assert.Equal(["backup", "a\uDCFF", ""], words);
    }

    [Fact]
    public void Words_of_another_command_line_are_not_taken()
    {
        string[] given = ["backup", "x\uFFFD"];

        Assert.Same(given, ArgumentText.FromCommandLine(Encoding.UTF8.GetBytes("vt\0restore\0other\0"), given));
        Assert.Same(given, ArgumentText.FromCommandLine("x\0"u8.ToArray(), given));
    }
}
