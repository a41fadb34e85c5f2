using System.CommandLine;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Arguments;

/// <summary>The argument that names a synced tree, or a place in one.</summary>
internal sealed class TreeArgument
{
    private readonly Argument<string> _argument = new("TREE")
    {
        Description = "The tree's root, or something in the tree, which need not be there any more. Default: the current folder.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = static _ => ".",
    };

    /// <summary>Makes <c>--last</c>.</summary>
    public static Option<int?> Last(string description, int minimum) =>
        CommonOptions.AtLeast(new Option<int?>("--last") { HelpName = "N", Description = description }, minimum);

    /// <summary>Adds the argument to a command.</summary>
    public void AddTo(Command command) => command.Add(_argument);

    /// <summary>The tree and the place in it.</summary>
    /// <exception cref="VtException">PathNotFound: it is in no tree that was ever synced; InvalidArgument.</exception>
    public TreeLocation Read(ParseResult result)
    {
        string word = result.GetValue(_argument)!;
        return word.Length > 0
            ? TreeLocation.Find(LivePath.AbsoluteText(word))
            : throw new VtException(VtErrorId.InvalidArgument, "TREE is empty. Give the root of a tree, or leave it out for the current folder.");
    }
}
