using System.CommandLine;
using System.CommandLine.Parsing;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;

namespace VtPS.Cli.Stores;

/// <summary>The options <c>--export NAME=STORE[:RIGHT]</c> and <c>--export-tree NAME=DIR</c>: what is served by names alone.</summary>
internal sealed class ExportOptions
{
    private static readonly (string Ending, ExportRight Right)[] s_endings = [(":read-only", ExportRight.ReadOnly), (":append-only", ExportRight.AppendOnly)];

    private readonly Option<string[]> _stores = CommonOptions.Texts(
        "--export",
        "NAME=STORE[:RIGHT]",
        "Serve this Store by this name, and nothing by its path: clients give ssh://host/NAME or unix:///path/of/socket#NAME, or no name where there is only one. RIGHT is read-only or append-only.");

    private readonly Option<string[]> _trees = CommonOptions.Texts("--export-tree", "NAME=DIR", "Serve this tree, to be synced with, by this name.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_stores);
        command.Add(_trees);
    }

    /// <summary>Whether any was given.</summary>
    public bool AreGiven(CommandResult result) => Words(result.GetValue(_stores), result.GetValue(_trees)).Length > 0;

    /// <summary>Refuses what is no name with a place, names that stand twice, and one secret for several Stores.</summary>
    public void Check(CommandResult result, StoreOption store)
    {
        string[] stores = result.GetValue(_stores) ?? [];
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (string word in Words(stores, result.GetValue(_trees)))
        {
            (string name, string place) = Split(word);
            if (!NamedExports.IsName(name))
            {
                result.AddError($"'{name}' of '{word}' cannot be a name to serve by. Write NAME=PATH, the name in letters (a-z), digits, '.', '-' and '_'.");
            }
            else if (!names.Add(name))
            {
                result.AddError($"The name '{name}' stands for two exports. Give each another name.");
            }

            if (RightOf(place).Place.Length == 0)
            {
                result.AddError($"'{word}' names nothing to serve. Write NAME=PATH.");
            }
        }

        foreach (string word in result.GetValue(_trees) ?? [])
        {
            if (RightOf(word).Right != ExportRight.Full)
            {
                result.AddError($"'{word}' has a right at its end, and a tree has none: a sync changes both trees. Leave it out; a folder of such a name gets a '/' after it.");
            }
        }

        if (stores.Length > 1 && store.HasSecrets(result))
        {
            result.AddError("--password-file and --key-file are for one Store. Leave them out: what is packed by clients needs no key here; for the rest register each Store with its files.");
        }
    }

    /// <summary>What is exported; null where neither option was given.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="bound">The most that any client may do.</param>
    /// <param name="store">What words for Stores mean, and the secrets of a single one.</param>
    /// <param name="host">What indexes come from.</param>
    /// <exception cref="VtException">InvalidArgument for a path that cannot be had.</exception>
    public NamedExports? Read(ParseResult result, ExportRight bound, StoreOption store, CliHost host)
    {
        List<(string, StoreExport)> exports = [];
        foreach (string word in result.GetValue(_stores) ?? [])
        {
            (string name, string text) = Split(word);
            (string place, ExportRight right) = RightOf(text);
            exports.Add((name, new StoreExport(store.Resolve(place, result), right < bound ? right : bound, host.Indexes)));
        }

        foreach (string word in result.GetValue(_trees) ?? [])
        {
            (string name, string folder) = Split(word);
            exports.Add((name, new StoreExport(null, bound, host.Indexes, LivePath.AbsoluteText(folder))));
        }

        return exports.Count == 0 ? null : new NamedExports(exports);
    }

    private static string[] Words(string[]? stores, string[]? trees) => [.. stores ?? [], .. trees ?? []];

    /// <summary>The name and what it stands for; the latter is empty where there is no <c>=</c>.</summary>
    private static (string Name, string Place) Split(string word) =>
        word.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (word[..at], word[(at + 1)..]) : (word, string.Empty);

    private static (string Place, ExportRight Right) RightOf(string place)
    {
        foreach ((string ending, ExportRight right) in s_endings)
        {
            if (place.EndsWith(ending, StringComparison.Ordinal))
            {
                return (place[..^ending.Length], right);
            }
        }

        return (place, ExportRight.Full);
    }
}
