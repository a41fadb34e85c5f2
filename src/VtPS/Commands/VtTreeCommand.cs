using System.Management.Automation;
using VtPS.Engine.Sync;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>A command that tells of synced trees. A path that is in none is one error, and the others go on.</summary>
public abstract class VtTreeCommand : VtSessionCommand
{
    private protected VtTreeCommand()
    {
    }

    /// <summary>Trees, or places in them.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The tree's root, taken literally, or something in the tree, which need not be there any more. Without it, the current location.")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = ["."];

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        foreach (string path in Path)
        {
            try
            {
                Tell(TreeLocation.Find(Paths.Resolve(path)));
            }
            catch (VtException exception)
            {
                WriteError(ErrorRecords.From(exception, path));
            }
        }
    }

    /// <summary>Writes what there is to say of one.</summary>
    /// <exception cref="VtException">It cannot be read.</exception>
    private protected abstract void Tell(TreeLocation place);
}
