using System.Text;
using VtPS.Engine.Rules;
using Xunit;

namespace VtPS.Engine.Tests.Rules;

public sealed class RuleScopeTests
{
    // Patterns are separated by |; paths by a space; a path that ends in / is a directory.
    [Theory]

    // gitignore(5), one sentence after the other.
    [InlineData("||# comment|", "", "comment # a")]
    [InlineData(@"\#hash", "#hash a/#hash", @"\#hash hash")]
    [InlineData(@"\!important!.txt", "!important!.txt a/!important!.txt", "important!.txt")]
    [InlineData("*.txt|!keep.txt", "a.txt b/c.txt", "keep.txt b/keep.txt")]
    [InlineData("!keep.txt|*.txt", "a.txt keep.txt", "keep.md")]
    [InlineData("dir/|!dir/keep", "dir/ dir/keep dir/other", "dir")]
    [InlineData("doc/frotz/", "doc/frotz/ doc/frotz/x", "a/doc/frotz/ a/doc/frotz/x doc/frotz")]
    [InlineData("frotz/", "frotz/ a/frotz/ a/frotz/x", "frotz a/frotz")]
    [InlineData("hello.*", "hello.txt hello.c a/hello.java", "hello xhello.c")]
    [InlineData("/hello.*", "hello.txt hello.c", "a/hello.java")]
    [InlineData("foo/", "foo/ foo/x", "foo")]
    [InlineData("doc/frotz", "doc/frotz", "a/doc/frotz")]
    [InlineData("/doc/frotz", "doc/frotz", "a/doc/frotz")]
    [InlineData("foo/*", "foo/test.json foo/bar/", "foo/ a/foo/test.json")]
    [InlineData("*.[oa]", "file.o lib.a src/internal.o", "x.c o .oa")]
    [InlineData("vmlinux*", "vmlinux.lds.S arch/foo/kernel/vmlinux.lds.S", "xvmlinux")]
    [InlineData("/*|!/foo|/foo/*|!/foo/bar", "a foo/x b/ b/c", "foo/ foo/bar/ foo/bar/x")]
    [InlineData("**/foo", "foo a/foo a/b/foo", "foox")]
    [InlineData("**/foo/bar", "foo/bar a/foo/bar a/b/foo/bar", "foo/x/bar bar")]
    [InlineData("abc/**", "abc/x abc/x/y abc/d/", "abc/ abc a/abc/x")]
    [InlineData("a/**/b", "a/b a/x/b a/x/y/b", "b x/a/b a/bb a/x/")]

    // Wildcards do not pass a separator.
    [InlineData("a*c", "ac abc abbbc x/abc", "a/c ab")]
    [InlineData("d/a*c", "d/ac d/abc", "d/a/c d/ab/c")]
    [InlineData("?", "a x/b", "ab")]
    [InlineData("d/?", "d/a", "d/ab d/ab/c")]
    [InlineData("a?b", "axb", "ab a/b axxb")]
    [InlineData("d/a[/]b", "", "d/a/b")]
    [InlineData("*", "a a/b .hidden", "")]
    [InlineData("**", "a a/b", "")]
    [InlineData("/**", "a a/b", "")]
    [InlineData("**/", "d/ d/e d/e/", "f")]
    [InlineData("/*/", "d/ d/e", "f")]
    [InlineData("a/**/", "a/b/ a/b/c", "a/ a/b")]
    [InlineData("a/**/**/b", "a/b a/x/b a/x/y/b", "a/x")]
    [InlineData("a/***/b", "a/b a/x/y/b", "a/x")]
    [InlineData("**/a/**/b/**", "a/b/c x/a/y/b/c/d", "a/b x/a/y/b a/c")]
    [InlineData("a**b", "ab axxb d/axb", "a/b axbc")]

    // Sets.
    [InlineData("[a-c]x", "ax bx cx", "dx x -x")]
    [InlineData("[!a-c]x", "dx -x", "ax bx x")]
    [InlineData("[^a-c]x", "dx", "ax")]
    [InlineData("[]x]", "] x", "[ []x]")]
    [InlineData("[!]x]", "a", "] x")]
    [InlineData("[a-]", "a -", "b")]
    [InlineData("[-a]", "a -", "b")]
    [InlineData("[a-c-e]", "a b c - e", "d")]
    [InlineData(@"[\]]", "]", @"\ a")]
    [InlineData(@"[a\-c]", "a - c", "b")]
    [InlineData("[[:digit:]]x", "1x 9x", "ax :x dx")]
    [InlineData("[![:upper:]_]", "a 1", "A _")]
    [InlineData("[[:alpha:]-z]", "a - z", "1")]
    [InlineData("[[:nonsense:]]", "", "a : n")]
    [InlineData("[[:a]", "[ : a", "b")]
    [InlineData("[abc", "", "a [abc b")]
    [InlineData("[", "", "[")]

    // Escapes, spaces, line ends.
    [InlineData(@"a\*b", "a*b", "axb a\\*b")]
    [InlineData(@"\a", "a", @"\a")]
    [InlineData(@"a\\b", @"a\b", "ab")]
    [InlineData(@"a\", "", @"a a\")]
    [InlineData("a   ", "a", "b")]
    [InlineData("a\r|b \r", "a b", "c")]
    [InlineData("a\t", "a\t", "a")]
    [InlineData("   |x", "x", "y")]

    // Odd ones that match nothing.
    [InlineData("/|//|!|!/|a//b|//a", "", "a b a/b")]

    // Literal, ending and general patterns decide in the order of their lines, whatever finds them.
    [InlineData("a.o|!*.o|?.o", "a.o b.o", "aa.o")]
    [InlineData("*.o|!a.o", "b.o x/b.o", "a.o x/a.o")]
    [InlineData("!a.o|*.o", "a.o", "a.c")]
    [InlineData("a|!a/", "a x/a", "a/ a/b")]
    [InlineData("!a|a/", "a/", "a")]
    [InlineData("/a/b|!b", "", "a/b b")]
    [InlineData("b|!/a/b", "b x/b", "a/b")]
    [InlineData("*.tmp|!/d/*.tmp|x.tmp", "a.tmp d/x.tmp", "d/a.tmp")]
    public void A_path_is_excluded_as_the_manual_of_gitignore_says(string patterns, string excluded, string included)
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse(patterns.Split('|'), "test"));
        foreach (string path in excluded.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(RuleWalk.IsExcluded(scope, path), $"'{path}' is not excluded by {patterns}.");
        }

        foreach (string path in included.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.False(RuleWalk.IsExcluded(scope, path), $"'{path}' is excluded by {patterns}.");
        }
    }

    [Fact]
    public void A_space_kept_by_a_backslash_is_part_of_the_name()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse([@"a\ ", @"b\  ", "c d"], "test"));
        Assert.True(RuleWalk.IsExcluded(scope, "a "));
        Assert.True(RuleWalk.IsExcluded(scope, "b "));
        Assert.True(RuleWalk.IsExcluded(scope, "c d"));
        Assert.False(RuleWalk.IsExcluded(scope, "a"));
        Assert.False(RuleWalk.IsExcluded(scope, "b  "));
    }

    [Fact]
    public void Asterisks_after_a_plain_beginning_are_regular_ones()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse(["foo**/bar"], "test"));
        Assert.True(RuleWalk.IsExcluded(scope, "foox/bar"));
        Assert.True(RuleWalk.IsExcluded(scope, "foo/bar"));
        Assert.False(RuleWalk.IsExcluded(scope, "foo/x/bar"));
    }

    [Fact]
    public void A_deeper_file_overrides_those_above_and_is_anchored_to_its_own_directory()
    {
        RuleScope root = RuleScope.Create(RuleSet.Empty, RuleSet.Parse(["vmlinux*", "/top", "*.log"], ".vtignore"));
        RuleSet kernel = RuleSet.Parse(["!/vmlinux*", "/sub/x", "!*.log"], "arch/.vtignore");
        RuleSet? Local(string directory) => directory == "arch/" ? kernel : null;
        Assert.True(RuleWalk.IsExcluded(root, "vmlinux.S", Local));
        Assert.True(RuleWalk.IsExcluded(root, "top", Local));
        Assert.False(RuleWalk.IsExcluded(root, "arch/top", Local));
        Assert.False(RuleWalk.IsExcluded(root, "arch/vmlinux.S", Local));
        Assert.True(RuleWalk.IsExcluded(root, "arch/deep/vmlinux.S", Local));
        Assert.True(RuleWalk.IsExcluded(root, "arch/sub/x", Local));
        Assert.False(RuleWalk.IsExcluded(root, "sub/x", Local));
        Assert.False(RuleWalk.IsExcluded(root, "arch/deep/a.log", Local));
        Assert.True(RuleWalk.IsExcluded(root, "other/a.log", Local));
    }

    [Fact]
    public void The_rules_of_the_command_override_those_of_files()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse(["*.iso", "!keep"], "-Exclude"), RuleSet.Parse(["!a.iso", "keep", "other"], ".vtignore"));
        Assert.True(RuleWalk.IsExcluded(scope, "a.iso"));
        Assert.False(RuleWalk.IsExcluded(scope, "d/keep"));
        Assert.True(RuleWalk.IsExcluded(scope, "d/other"));
    }

    [Fact]
    public void The_deciding_rule_is_told_with_its_source_and_line()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse(["# objects", "*.o", "!keep.o"], "-Exclude"), RuleSet.Parse("\uFEFF\r\n\\!x\r\n"u8, "/tree/.vtignore"));
        Assert.Equal("-Exclude:2:*.o", scope.Explain("a.o"u8, false));
        Assert.Equal("-Exclude:3:!keep.o", scope.Explain("keep.o"u8, false));
        Assert.Equal(@"/tree/.vtignore:2:\!x", scope.Explain("!x"u8, false));
        Assert.Null(scope.Explain("a.c"u8, false));
    }

    [Fact]
    public void Names_and_patterns_that_are_not_utf8_are_matched_byte_for_byte()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse([(byte)'a', 0xFF, (byte)'\n', (byte)'[', 0xE0, (byte)'-', 0xEF, (byte)']', (byte)'x'], "bytes"));
        Assert.True(scope.IsExcluded([(byte)'a', 0xFF], false));
        Assert.False(scope.IsExcluded([(byte)'a', 0xFE], false));
        Assert.True(scope.IsExcluded([0xE5, (byte)'x'], false));
        Assert.False(scope.IsExcluded([0xF0, (byte)'x'], false));
        scope = RuleScope.Create(RuleSet.Parse(["*.bak", "grün*"], "text"));
        Assert.True(scope.IsExcluded([0xFF, 0xFE, (byte)'.', (byte)'b', (byte)'a', (byte)'k'], false));
        Assert.True(scope.IsExcluded(Encoding.UTF8.GetBytes("grünes Heft"), false));
    }

    [Fact]
    public void Case_matters()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse(["Readme", "*.TXT"], "test"));
        Assert.False(scope.IsExcluded("README"u8, false));
        Assert.False(scope.IsExcluded("a.txt"u8, false));
        Assert.True(scope.IsExcluded("a.TXT"u8, false));
    }

    [Fact]
    public void Without_rules_nothing_is_excluded_and_scopes_are_shared()
    {
        Assert.True(RuleSet.Empty.IsEmpty);
        Assert.True(RuleSet.Parse(["", "# nothing"], "test").IsEmpty);
        RuleScope scope = RuleScope.Create(RuleSet.Empty);
        Assert.True(scope.IsEmpty);
        Assert.False(scope.IsExcluded("a"u8, true));
        Assert.Same(scope, scope.Enter("a"u8, null));
        scope = RuleScope.Create(RuleSet.Parse(["*.o", "**/a/b"], "test"));
        Assert.Same(scope, scope.Enter("x"u8, null));
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse(["*.o", "core", "/a/b*", "x?z", "**/d/e"], "test"), RuleSet.Parse(["!*.o", "/y"], "local"));
        byte[] name = "some-name.c"u8.ToArray();
        scope.IsExcluded(name, false);
        scope.Enter("entered"u8, null).Enter("again"u8, null);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            scope.IsExcluded(name, (i & 1) == 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_stars_do_not_take_forever()
    {
        RuleScope scope = RuleScope.Create(RuleSet.Parse([string.Concat(Enumerable.Repeat("a*", 60)) + "b"], "test"));
        Assert.False(scope.IsExcluded(Encoding.ASCII.GetBytes(new string('a', 255)), false));
    }
}
