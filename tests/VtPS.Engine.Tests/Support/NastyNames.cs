using VtPS.Engine.IO;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.Support;

/// <summary>The part of a <see cref="NastyTree"/> that is about names and paths.</summary>
internal static class NastyNames
{
    /// <summary>Names of all kinds, as bytes.</summary>
    public static IEnumerable<byte[]> OddNames { get; } =
    [
        Utf8(" "), Utf8(" leading space"), Utf8("trailing space "), Utf8("trailing dot."), Utf8("-rf"), Utf8("--help"), Utf8("..."), Utf8(".hidden"),
        Utf8("~"), Utf8("$HOME"), Utf8("`id`"), Utf8("a;b&c|d"), Utf8("quote'\"quote"), Utf8("back\\slash"), Utf8("\\x41"), Utf8("\\\\"),
        Utf8("new\nline"), Utf8("carriage\rreturn"), Utf8("tab\t"), Utf8("\u001b[31mred"), [1], [0x7f], Utf8("*"), Utf8("?"), Utf8("[a-z]"),
        Utf8("a*b"), Utf8("{a,b}"), Utf8("!not"), Utf8("#comment"), Utf8("a:b"), Utf8("C:"), Utf8("nul"), Utf8("con.txt"), Utf8("ümläut"),
        Utf8("u\u0308mla\u0308ut"), Utf8("日本語"), Utf8("😀"), Utf8("\u200b"), Utf8("\ufffd"), Utf8("Case"), Utf8("case"), Utf8("CASE"),
        [0xff], [0x80, 0x81], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80], [(byte)'l', 0xe9, (byte)'t', 0xe9],
        Utf8(new string('n', 255)), LongOdd(),
    ];

    /// <summary>Adds the part.</summary>
    public static void Add(NastyTree tree, DirectoryHandle root)
    {
        tree.AddDirectory(root, Utf8("names"), d =>
        {
            foreach (byte[] name in OddNames)
            {
                CreateFile(d, name, name);
            }
        });
        tree.AddDirectory(root, Utf8("directory-names"), d =>
        {
            foreach (byte[] name in OddNames)
            {
                tree.AddDirectory(d, name, inner => CreateFile(inner, name, Utf8("in it")));
            }
        });
        tree.AddDirectory(root, Utf8("long-path"), d => AddDeep(tree, d, new string('d', 240), 20));
        tree.AddDirectory(root, Utf8("deep-path"), d => AddDeep(tree, d, "d", 300));
        tree.AddDirectory(root, Utf8("many"), d =>
        {
            for (int i = 0; i < tree.Options.ManyEntries; i++)
            {
                CreateFile(d, Utf8($"entry number {i}"), i % 2 == 0 ? [] : Utf8($"{i}"));
            }
        });
        tree.AddDirectory(root, Utf8("empty"), _ => { });
        tree.AddDirectory(root, [0xfe, 0xff], d => d.CreateDirectory([0xff], 0x1ed));
    }

    private static void AddDeep(NastyTree tree, DirectoryHandle directory, string name, int depth)
    {
        if (depth > 0)
        {
            tree.AddDirectory(directory, Utf8(name), d => AddDeep(tree, d, name, depth - 1), new FileTime(1400000000 + depth, depth));
            return;
        }

        CreateFile(directory, Utf8("at the bottom"), Random(5000, 5));
        directory.CreateHardLink(Utf8("linked at the bottom"), directory, Utf8("at the bottom"));
        directory.CreateSymbolicLink(Utf8("symlink at the bottom"), Utf8("at the bottom"));
        directory.CreateNode(Utf8("pipe at the bottom"), VtItemType.Fifo, 0x1a4, 0, 0);
    }

    private static byte[] LongOdd()
    {
        byte[] name = new byte[255];
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = (byte)(0x80 + (i % 0x80));
        }

        return name;
    }
}
