using System.CommandLine;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Arguments;

/// <summary>What the verbs take that tell of a synced tree: the tree, or a place in it, <c>--last</c> and <c>--json</c>.</summary>
internal sealed class TreeOptions
{
    private readonly Argument<string> _tree = new("TREE")
    {
        Description = "The tree's root, or something in the tree, which need not be there any more. Default: the current folder.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = static _ => ".",
    };

    private readonly Option<int?> _last;
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>Makes the options.</summary>
    /// <param name="last">What <c>--last</c> means.</param>
    /// <param name="fewest">The smallest number that it takes.</param>
    public TreeOptions(string last = "Only the newest so many; they still come oldest first.", int fewest = 1) =>
        _last = CommonOptions.AtLeast(new Option<int?>("--last") { HelpName = "N", Description = last }, fewest);

    /// <summary>Makes a verb that has them.</summary>
    public Command CreateCommand(string name, string description) => new(name, description) { _tree, _last, _json };

    /// <summary>What was given: the tree and the place in it, the number or null, and whether JSON is wanted.</summary>
    /// <exception cref="VtException">PathNotFound: the path is in no tree that was ever synced; InvalidArgument.</exception>
    public (TreeLocation Place, int? Last, bool Json) Read(ParseResult result)
    {
        string word = result.GetValue(_tree)!;
        return word.Length > 0
            ? (TreeLocation.Find(LivePath.AbsoluteText(word)), result.GetValue(_last), result.GetValue(_json))
            : throw new VtException(VtErrorId.InvalidArgument, "TREE is empty. Give the root of a tree, or leave it out for the current folder.");
    }
}
