using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using VtPS.Cli.Verbs;

namespace VtPS.Cli.Hosting;

/// <summary>The command line as a whole: its verbs, its parser's settings, and how a run of it ends.</summary>
internal static class CommandLine
{
    private static readonly OrderedDictionary<string, Func<CliHost, Command>> s_verbs = new(StringComparer.Ordinal)
    {
        ["init"] = InitVerb.Create,
        ["backup"] = BackupVerb.Create,
        ["backups"] = BackupsVerb.Create,
        ["ls"] = LsVerb.Create,
        ["restore"] = RestoreVerb.Create,
        ["diff"] = DiffVerb.Create,
        ["block"] = BlockVerb.Create,
        ["verify"] = VerifyVerb.Create,
        ["repair"] = RepairVerb.Create,
        ["prune"] = PruneVerb.Create,
        ["copy"] = CopyVerb.Create,
        ["key"] = KeyVerb.Create,
        ["sync"] = SyncVerb.Create,
        ["peer"] = PeerVerb.Create,
        ["history"] = HistoryVerb.Create,
        ["revisions"] = RevisionsVerb.Create,
        ["status"] = StatusVerb.Create,
        ["serve"] = ServeVerb.Create,
    };

    /// <summary>Parses and runs; the result is the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliHost host)
    {
        ParseResult result = Create(host, args.FirstOrDefault() ?? string.Empty).Parse(args, new ParserConfiguration
        {
            // A path that begins with @ is a path.
            ResponseFileTokenReplacer = null,
            EnablePosixBundling = false,
        });

        string? help = VerbOf(result.CommandResult);
        if (result.Action is ParseErrorAction || result.Errors.Count > 0 || UnknownOption(result) is not null)
        {
            if (result.Action is not { ClearsParseErrors: true })
            {
                return Refuse(result, help, host);
            }
        }

        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
    }

    /// <param name="host">What the verbs work with.</param>
    /// <param name="word">The first word of the command line: where it is a verb, the others are not needed.</param>
    private static RootCommand Create(CliHost host, string word)
    {
        RootCommand root = new("vt backs up files and directories into deduplicating Stores, restores them, and keeps trees in sync.");
        root.Options.Clear();
        root.Directives.Clear();

        // Not /? and /h, which are paths on Unix.
        root.Add(new HelpOption("--help", "-h", "-?"));
        root.Add(new Option<bool>("--version") { Description = "Show the version.", Action = new VersionAction(host) });
        foreach ((string name, Func<CliHost, Command> create) in s_verbs)
        {
            // To make every verb's options takes as long as many a verb runs.
            if (word == name || !s_verbs.ContainsKey(word))
            {
                root.Add(create(host));
            }
        }

        return root;
    }

    /// <summary>The verb as it is written, such as <c>key add</c>; null where there is none.</summary>
    private static string? VerbOf(CommandResult? command) => command is null or { Command: RootCommand }
        ? null
        : VerbOf(command.Parent as CommandResult) is { } above ? $"{above} {command.Command.Name}" : command.Command.Name;

    private static int Refuse(ParseResult result, string? verb, CliHost host)
    {
        string hint = verb is null ? " See vt --help." : $" See vt {verb} --help.";
        HashSet<string> told = [];
        if (UnknownOption(result) is { } unknown)
        {
            host.Errors.Error(VtErrorId.InvalidArgument, $"'{unknown}' is not an option of vt {verb}; a path that begins with - goes after --." + hint);
            return ExitCode.Usage;
        }

        foreach (ParseError error in result.Errors)
        {
            if (told.Add(error.Message))
            {
                host.Errors.Error(VtErrorId.InvalidArgument, error.Message + hint);
            }
        }

        return ExitCode.Usage;
    }

    /// <summary>
    /// The first word before <c>--</c> that looks like an option and was taken for an argument: the parser takes what it does not know for one,
    /// and a mistyped option must not become a path.
    /// </summary>
    private static string? UnknownOption(ParseResult result)
    {
        int after = 0;
        int dashes = -1;
        for (int i = result.Tokens.Count - 1; i >= 0 && dashes < 0; i--)
        {
            if (result.Tokens[i].Type == TokenType.DoubleDash)
            {
                dashes = i;
            }
            else
            {
                after++;
            }
        }

        List<string> words = [];
        foreach (SymbolResult child in result.CommandResult.Children)
        {
            if (child is ArgumentResult argument)
            {
                foreach (Token token in argument.Tokens)
                {
                    words.Add(token.Value);
                }
            }
        }

        int before = dashes < 0 ? words.Count : words.Count - after;
        for (int i = 0; i < before; i++)
        {
            if (words[i].Length > 1 && words[i][0] == '-')
            {
                return words[i];
            }
        }

        return null;
    }
}
