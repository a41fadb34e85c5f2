using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.IO;

public sealed class LivePathExpanderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LivePathExpander _expander = new(FileSystem.Current);

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public void A_path_without_wildcards_gives_itself_if_it_exists()
    {
        _folder.WriteFile("a/file", "x");
        File.CreateSymbolicLink(_folder.Combine("dangling"), "nowhere");

        Assert.Equal(["a/file"], Expand("a/file"));
        Assert.Equal(["a/file"], Expand("./a//../a/./file/"));
        Assert.Equal(["dangling"], Expand("dangling"));
        Assert.Equal(["a/file"], Expand(_folder.Combine("a", "file")));
        Assert.Empty(Expand("a/nothing"));
        Assert.Empty(Expand("a/file/below"));
        Assert.Equal([string.Empty], Expand("."));
        Assert.Equal([string.Empty], Expand("a/.."));
        Assert.Equal("/", PathText.Format(Assert.Single(_expander.Expand("/", _folder.PathBytes))));
        Assert.Equal("/", PathText.Format(Assert.Single(_expander.Expand("/../..", _folder.PathBytes))));
    }

    [UnixFact]
    public void Wildcards_match_dot_files_too_in_byte_order()
    {
        foreach (string name in (string[])["b", "B", ".hidden", "a", "ä", "a.txt", "sub/x"])
        {
            _folder.WriteFile(name, "x");
        }

        Assert.Equal([".hidden", "B", "a", "a.txt", "b", "sub", "ä"], Expand("*"));
        Assert.Equal(["B", "a", "b", "ä"], Expand("?"));
        Assert.Equal(["a", "b"], Expand("[a-c]"));
        Assert.Equal(["a.txt"], Expand("*.t?t"));
        Assert.Equal(["sub/x"], Expand("*/*"));
        Assert.Equal(["sub/x"], Expand("[s]*/x"));
        Assert.Equal(["a"], Expand("*/../a"));
        Assert.Empty(Expand("z*"));
        Assert.Empty(Expand("nothing/*"));
    }

    [UnixFact]
    public void Names_that_are_not_utf8_are_matched_and_can_be_written_in_text_form()
    {
        using (DirectoryHandle directory = _folder.Open())
        {
            CreateFile(directory, [(byte)'n', 0xff], []);
            CreateFile(directory, [(byte)'n', 0xfe], []);
            CreateFile(directory, Utf8("n\n"), []);
            CreateFile(directory, Utf8("n\\x"), []);
        }

        Assert.Equal([@"n\x0a", @"n\xfe", @"n\xff"], Expand("n?"));
        Assert.Equal([@"n\xff"], Expand(@"n\xff"));
        Assert.Equal([@"n\xff"], Expand(@"*\xff"));
        Assert.Equal([@"n\xfe", @"n\xff"], Expand(@"n[\xf0-\xff]"));
        Assert.Equal([@"n\x0a"], Expand(@"n\x0a"));
        Assert.Equal([@"n\x0a"], Expand("n\n"));
        Assert.Equal([@"n\\x"], Expand(@"n\x"));
        Assert.Equal([@"n\\x"], Expand(@"n\\x"));
        Assert.Equal([@"n\\x"], Expand(@"n\\?"));
    }

    [UnixFact]
    public void A_file_whose_name_looks_like_a_pattern_is_found_by_its_name()
    {
        foreach (string name in (string[])["a[1].txt", "a1.txt", "*", "[", @"n\x41", "nA"])
        {
            _folder.WriteFile(name, "x");
        }

        Assert.Equal(["a[1].txt", "a1.txt"], Expand("a[1].txt"));
        Assert.Equal(["a[1].txt"], Expand("a`[1`].txt"));
        Assert.Equal(["a[1].txt"], Expand(@"a\x5b1].txt"));
        Assert.Equal(["*"], Expand("`*"));
        Assert.Equal(["["], Expand("["));
        Assert.Equal([@"n\\x41", "nA"], Expand(@"n\x41"));
    }

    [UnixFact]
    public void Wildcards_look_through_links_to_directories_but_give_the_link_itself()
    {
        _folder.WriteFile("real/file", "x");
        File.CreateSymbolicLink(_folder.Combine("link"), "real");
        File.CreateSymbolicLink(_folder.Combine("loop"), "loop");

        Assert.Equal(["link/file"], Expand("l*/file", new List<FileSystemException>()));
        Assert.Equal(["link", "loop"], Expand("l*"));
    }

    [UnixFact]
    public void A_directory_that_cannot_be_looked_into_is_told_and_the_others_are_still_expanded()
    {
        _folder.WriteFile("closed/file", "x");
        _folder.WriteFile("open/file", "x");
        using DirectoryHandle directory = _folder.Open();
        directory.SetMode(null, 0x1ed);
        directory.SetMode(Utf8("closed"), NastyTree.IsRoot ? 0x1c0 : 0);

        AsNobody.Run(() =>
        {
            List<FileSystemException> errors = [];
            Assert.Equal(["open/file"], Expand("*/*", errors));
            Assert.Equal(FileSystemReason.Denied, Assert.Single(errors).Reason);
            Assert.Contains("closed", errors[0].Message);
            Assert.Equal(FileSystemReason.Denied, Assert.Throws<FileSystemException>(() => Expand("closed/*")).Reason);
            Assert.Equal(FileSystemReason.Denied, Assert.Throws<FileSystemException>(() => Expand("closed/file")).Reason);
        });
    }

    [UnixFact]
    public void Paths_become_absolute_by_their_letters()
    {
        Assert.Equal("/base/a", Absolute("a"));
        Assert.Equal("/base", Absolute(string.Empty));
        Assert.Equal("/a", Absolute("../a"));
        Assert.Equal("/a", Absolute("../../../a"));
        Assert.Equal("/x/z", Absolute("//x/./y/../z//"));
        Assert.Equal("/", Absolute("/"));
        Assert.Equal("/base/...", Absolute("..."));
        Assert.Equal([.. Utf8("/base/"), 0xff], LivePathExpander.ToAbsolute([0xff], Utf8("/base/")));

        static string Absolute(string path) => PathText.Format(LivePathExpander.ToAbsolute(Utf8(path), Utf8("/base")));
    }

    private List<string> Expand(string pattern, List<FileSystemException>? errors = null)
    {
        string root = PathText.Format(_folder.PathBytes);
        return _expander.Expand(pattern, _folder.PathBytes, errors is null ? null : errors.Add).ConvertAll(p =>
        {
            string text = PathText.Format(p);
            Assert.StartsWith(root, text, StringComparison.Ordinal);
            return text[root.Length..].TrimStart('/');
        });
    }
}
