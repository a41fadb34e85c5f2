using System.CommandLine;
using System.CommandLine.Parsing;
using VtPS.Cli.Arguments;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;

namespace VtPS.Cli.Verbs;

/// <summary>The options of <c>vt backup</c>, and the request that they make.</summary>
internal sealed class BackupOptions
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "What to back up. With --stdin-name: -- COMMAND..., whose standard output is stored.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _init = CommonOptions.Flag("--init", "Make the Store first where there is none; use the one that is there.");
    private readonly Option<string?> _root = CommonOptions.NotEmpty(CommonOptions.Text("--root", "DIR", "The folder that every path lies below; each is stored at its path relative to it."));
    private readonly Option<string?> _fileList = CommonOptions.NotEmpty(CommonOptions.Text("--file-list", "F", "A file of paths, each ended by a zero byte; - for standard input. Needs --root."));
    private readonly Option<string?> _stdinName = CommonOptions.NotEmpty(CommonOptions.Text("--stdin-name", "NAME", "Store standard input, or a command's standard output, as one file of this name."));
    private readonly Option<string?> _subset = CommonOptions.NotEmpty(CommonOptions.Text("--subset", "NAME", "The name of this group of paths. Default: the paths."));
    private readonly Option<string[]> _tag = CommonOptions.Texts("--tag", "TAG", "A tag for the backup.");
    private readonly Option<string?> _comment = CommonOptions.Text("--comment", "TEXT", "A comment on the backup.");
    private readonly Option<string?> _hostName = CommonOptions.NotEmpty(CommonOptions.Text("--host-name", "NAME", "The host's name in the backup. Default: this machine's."));
    private readonly Option<string[]> _exclude = CommonOptions.Texts("--exclude", "PATTERN", "Leave out what this gitignore pattern matches.");
    private readonly Option<string[]> _excludeFrom = CommonOptions.Texts("--exclude-from", "FILE", "Leave out what the gitignore patterns in this file match.");
    private readonly Option<bool> _excludeCaches = CommonOptions.Flag("--exclude-caches", "Leave out what is in directories that hold a CACHEDIR.TAG.");
    private readonly Option<long?> _excludeLargerThan = CommonOptions.Size("--exclude-larger-than", "Leave out files larger than this, such as 100MB.");
    private readonly Option<bool> _oneFileSystem = CommonOptions.Flag("--one-file-system", "Do not go into directories on other file systems.");
    private readonly Option<ChangeTest?> _changeTest = CommonOptions.OneOf("--change-test", "How to tell that a file did not change. Default: SizeTimeCtime.",
        ("SizeTimeCtime", ChangeTest.SizeTimeCtime), ("SizeTime", ChangeTest.SizeTime), ("Content", ChangeTest.Content));

    private readonly Option<string[]> _base = CommonOptions.Texts("--base", "ID", "Compare with this backup alone, not with the latest ones; none for no base.");
    private readonly Option<int?> _throttle = CommonOptions.ThrottleLimit();
    private readonly Option<bool> _passThru = CommonOptions.PassThru();
    private readonly Option<bool> _json = CommonOptions.Json();

    public StoreOption Store { get; } = new();

    public CreationOptions Creation { get; } = new();

    public void AddTo(Command command)
    {
        command.Add(_paths);
        Store.AddTo(command);
        foreach (Option option in new Option[]
        {
            _init, _root, _fileList, _stdinName, _subset, _tag, _comment, _hostName, _exclude, _excludeFrom, _excludeCaches,
            _excludeLargerThan, _oneFileSystem, _changeTest, _base, _throttle, _passThru, _json,
        })
        {
            command.Add(option);
        }

        Creation.AddTo(command);
    }

    public bool Init(ParseResult result) => result.GetValue(_init);

    public bool PassThru(ParseResult result) => result.GetValue(_passThru);

    public bool Json(ParseResult result) => result.GetValue(_json);

    public string? StdinName(ParseResult result) => result.GetValue(_stdinName);

    public string? FileList(ParseResult result) => result.GetValue(_fileList);

    public string[] Words(ParseResult result) => result.GetValue(_paths) ?? [];

    /// <summary>What is wrong with the options as a whole; null where nothing is.</summary>
    public string? Fault(ParseResult result)
    {
        string[] words = Words(result);
        string? stdinName = StdinName(result);
        string? fileList = FileList(result);
        if (stdinName is not null)
        {
            return fileList is not null || result.GetValue(_root) is not null ? "--stdin-name goes with neither --file-list nor --root."
                : WordsBeforeDashes(result, words) > 0 ? "--stdin-name goes with no PATH; a command is given after --."
                : words is ["", ..] ? "The command after -- is empty."
                : FirstExclusion(result) is { } exclusion ? $"--stdin-name stores one file; {exclusion} does not go with it."
                : CreationFault(result);
        }

        return fileList is not null && words.Length > 0 ? "--file-list goes with no PATH; put every path into the list."
            : fileList is not null && result.GetValue(_root) is null ? "--file-list needs --root, the folder that all its paths lie below."
            : fileList is null && words.Length == 0 ? "Nothing to back up was named. Give a PATH, --file-list or --stdin-name."
            : Array.IndexOf(words, "") >= 0 ? "A PATH is empty."
            : CreationFault(result);
    }

    /// <summary>The request without what is to be backed up.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="baseIds">The bases as full ids; null for the usual ones.</param>
    public BackupRequest Read(ParseResult result, IReadOnlyList<string>? baseIds) => new()
    {
        Root = result.GetValue(_root) is { } root ? LivePath.Absolute(root) : null,
        Subset = result.GetValue(_subset),
        Tags = result.GetValue(_tag) ?? [],
        Comment = result.GetValue(_comment),
        HostName = result.GetValue(_hostName),
        Exclude = result.GetValue(_exclude) ?? [],
        ExcludeFrom = Array.ConvertAll(result.GetValue(_excludeFrom) ?? [], TextPath),
        ExcludeCaches = result.GetValue(_excludeCaches),
        ExcludeLargerThan = result.GetValue(_excludeLargerThan),
        OneFileSystem = result.GetValue(_oneFileSystem),
        ChangeTest = result.GetValue(_changeTest) ?? ChangeTest.SizeTimeCtime,
        BaseIds = baseIds,
        ThrottleLimit = result.GetValue(_throttle),
    };

    /// <summary>The words given for bases; null where the usual ones are meant, empty for <c>none</c>.</summary>
    public string[]? Bases(ParseResult result) => result.GetValue(_base) switch
    {
        null or [] => null,
        ["none"] => [],
        var ids => ids,
    };

    private static string TextPath(string word) => ArgumentText.IsText(word)
        ? Path.GetFullPath(word)
        : throw new VtException(VtErrorId.InvalidArgument, $"The path '{ArgumentText.ToInsidePath(word)}' of --exclude-from has bytes that are not UTF-8. Rename the file, or reach it through a symlink.");

    private static int WordsBeforeDashes(ParseResult result, string[] words)
    {
        int after = 0;
        for (int i = result.Tokens.Count - 1; i >= 0; i--)
        {
            if (result.Tokens[i].Type == TokenType.DoubleDash)
            {
                return words.Length - after;
            }

            after++;
        }

        return words.Length;
    }

    private string? FirstExclusion(ParseResult result)
    {
        foreach (Option option in new Option[] { _exclude, _excludeFrom, _excludeCaches, _excludeLargerThan, _oneFileSystem, _changeTest })
        {
            if (result.GetResult(option) is { Implicit: false })
            {
                return option.Name;
            }
        }

        return null;
    }

    private string? CreationFault(ParseResult result) =>
        !Init(result) && Creation.FirstGiven(result) is { } name ? $"{name} says what a new Store is to be and goes with --init." : null;
}
