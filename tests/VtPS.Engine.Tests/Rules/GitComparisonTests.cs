using System.Diagnostics;
using System.Text;
using VtPS.Engine.Rules;
using Xunit;

namespace VtPS.Engine.Tests.Rules;

/// <summary>Random trees and patterns: what is left of each must be what git leaves of it.</summary>
public sealed class GitComparisonTests : IDisposable
{
    private const string IgnoreFile = ".vtignore";

    private static readonly string[] Pieces =
    [
        "a", "b", "c", "ab", "foo", "bar", "x", ".o", ".txt", "-", " ", "*", "*", "?", "[ab]", "[!a]", "[a-c]", "[^x]", @"\*", @"\?", @"\a", @"\[", "[[:alpha:]]", "ä", "[", "]", "!", "#",
    ];

    private static readonly string[] Names =
    [
        "a", "b", "c", "ab", "ba", "abc", "foo", "bar", "foobar", "x", "a.o", "b.o", "foo.o", "a.txt", "x.txt", "a b", "b ", "*", "?", "[", "!a", "#b", "ä", "aä", "-", ".o",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("vtps-rules-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Random_rules_leave_of_random_trees_what_git_leaves()
    {
        if (!OperatingSystem.IsLinux() || Git("--version") is null)
        {
            // Nothing to compare with; the manual's own cases are held by the other tests.
            return;
        }

        Assert.NotNull(Git("init", "-q"));
        int paths = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            Random random = new(seed);
            string root = Path.Join(_folder, "tree");
            List<string> files = [];
            Make(random, root, string.Empty, 0, files);
            paths += files.Count;
            List<string> command = [];
            for (int i = random.Next(3); i > 0; i--)
            {
                // As an option a pattern is taken as it is: no comments, no spaces cut off.
                string pattern = Pattern(random).TrimEnd(' ');
                if (pattern.Length > 0 && !pattern.StartsWith('#') && !pattern.EndsWith('\\'))
                {
                    command.Add(pattern);
                }
            }

            List<string> arguments = ["--git-dir=" + Path.Join(_folder, ".git"), "--work-tree=" + root, "-C", root, "ls-files", "-z", "--others", "--exclude-per-directory=" + IgnoreFile];
            arguments.AddRange(command.Select(pattern => "--exclude=" + pattern));
            string[] expected = Git([.. arguments])!.Split('\0', StringSplitOptions.RemoveEmptyEntries);

            RuleSet? Local(string directory)
            {
                string path = Path.Join(root, directory, IgnoreFile);
                return File.Exists(path) ? RuleSet.Parse(File.ReadAllBytes(path), path) : null;
            }

            RuleScope scope = RuleScope.Create(RuleSet.Parse(command, "command"), Local(string.Empty));
            List<string> actual = files.FindAll(file => !RuleWalk.IsExcluded(scope, file, Local));
            Array.Sort(expected, StringComparer.Ordinal);
            actual.Sort(StringComparer.Ordinal);
            Assert.True(expected.SequenceEqual(actual), Describe(seed, root, command, expected, actual));
            Directory.Delete(root, recursive: true);
        }

        Assert.InRange(paths, 1500, int.MaxValue);
    }

    private static void Make(Random random, string folder, string prefix, int depth, List<string> files)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in random.GetItems(Names, random.Next(4, 9)).Distinct())
        {
            string path = Path.Join(folder, name);
            if (depth < 2 && random.Next(2) == 0)
            {
                Make(random, path, prefix + name + "/", depth + 1, files);
            }
            else
            {
                File.WriteAllBytes(path, []);
                files.Add(prefix + name);
            }
        }

        if (depth == 0 || random.Next(6) == 0)
        {
            StringBuilder rules = new();
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                rules.Append(Pattern(random)).Append(random.Next(8) == 0 ? "\r\n" : "\n");
            }

            File.WriteAllText(Path.Join(folder, IgnoreFile), rules.ToString());
            files.Add(prefix + IgnoreFile);
        }
    }

    private static string Pattern(Random random)
    {
        StringBuilder pattern = new();
        if (random.Next(4) == 0)
        {
            pattern.Append('!');
        }

        if (random.Next(4) == 0)
        {
            pattern.Append('/');
        }

        int segments = random.Next(3) == 0 ? random.Next(2, 4) : 1;
        for (int segment = 0; segment < segments; segment++)
        {
            if (segment > 0)
            {
                pattern.Append('/');
            }

            if (random.Next(6) == 0)
            {
                pattern.Append("**");
                continue;
            }

            // Two stars side by side after plain letters are where git does not do what its manual says.
            int pieces = random.Next(1, 4);
            for (int piece = 0; piece < pieces; piece++)
            {
                string next = random.Next(2) == 0 ? random.GetItems(Names, 1)[0].TrimEnd(' ') : random.GetItems(Pieces, 1)[0];
                bool twoStars = next.StartsWith('*') && pattern.Length > 0 && pattern[^1] == '*';
                pattern.Append(twoStars ? "a" : next);
            }
        }

        if (random.Next(5) == 0)
        {
            pattern.Append('/');
        }

        if (random.Next(10) == 0)
        {
            pattern.Append(' ');
        }

        return pattern.ToString();
    }

    private static string Describe(int seed, string root, List<string> command, string[] expected, List<string> actual)
    {
        StringBuilder text = new();
        text.AppendLine($"seed {seed}; command: {string.Join(" | ", command)}");
        text.AppendLine("only git keeps: " + string.Join(" | ", expected.Except(actual)));
        text.AppendLine("only we keep: " + string.Join(" | ", actual.Except(expected)));
        foreach (string file in Directory.EnumerateFiles(root, IgnoreFile, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            text.AppendLine(file + ":").AppendLine(File.ReadAllText(file));
        }

        return text.ToString();
    }

    /// <summary>What git writes; null where there is no git or it fails.</summary>
    private string? Git(params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        try
        {
            using Process git = Process.Start(start)!;
            Task<string> errors = git.StandardError.ReadToEndAsync();
            string output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            errors.Wait();
            return git.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
