using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using VtPS.Cli.Verbs;

namespace VtPS.Cli.Hosting;

/// <summary>The command line as a whole: its verbs, its parser's settings, and how a run of it ends.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs; the result is the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliHost host)
    {
        ParseResult result = Create(host).Parse(args, new ParserConfiguration
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

    private static RootCommand Create(CliHost host)
    {
        RootCommand root = new("vt backs up files and directories into deduplicating Stores, restores them, and keeps trees in sync.");
        root.Options.Clear();
        root.Directives.Clear();

        // Not /? and /h, which are paths on Unix.
        root.Add(new HelpOption("--help", "-h", "-?"));
        root.Add(new Option<bool>("--version") { Description = "Show the version.", Action = new VersionAction(host) });
        root.Add(InitVerb.Create(host));
        root.Add(BackupVerb.Create(host));
        root.Add(BackupsVerb.Create(host));
        root.Add(LsVerb.Create(host));
        root.Add(RestoreVerb.Create(host));
        root.Add(DiffVerb.Create(host));
        root.Add(BlockVerb.Create(host));
        root.Add(VerifyVerb.Create(host));
        root.Add(RepairVerb.Create(host));
        root.Add(PruneVerb.Create(host));
        root.Add(CopyVerb.Create(host));
        root.Add(KeyVerb.Create(host));
        root.Add(SyncVerb.Create(host));
        root.Add(HistoryVerb.Create(host));
        root.Add(RevisionsVerb.Create(host));
        root.Add(StatusVerb.Create(host));
        root.Add(ServeVerb.Create(host));
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
