using VtPS.Engine.Listing;

namespace VtPS.Engine.Restores;

/// <summary>What is to be restored of one backup.</summary>
internal sealed class SelectedTree
{
    private SelectedTree(VtBackup backup, PathSelection selection, RestoreRequest request)
    {
        Backup = backup;
        Selection = selection;
        Root = VtBlockReference.Parse(backup.Root);
        Scope = EntryScope.Create(selection, request.Exclude, request.Include);
    }

    public VtBackup Backup { get; }

    public PathSelection Selection { get; }

    public VtBlockReference Root { get; }

    public EntryScope Scope { get; }

    /// <summary>For messages.</summary>
    public string Where => $"backup {Backup.Id}";

    /// <summary>Joins the selections of each backup, so that what two of them name is restored once; the backups in the order given.</summary>
    /// <exception cref="VtException">InvalidArgument for a pattern.</exception>
    public static List<SelectedTree> Create(RestoreRequest request)
    {
        List<VtBackup> backups = [];
        Dictionary<string, List<string>?> paths = new(StringComparer.Ordinal);
        foreach (RestoreSelection selection in request.Selections)
        {
            if (!paths.TryGetValue(selection.Backup.Id, out List<string>? known))
            {
                backups.Add(selection.Backup);
                paths[selection.Backup.Id] = selection.Paths.Count == 0 ? null : [.. selection.Paths];
            }
            else if (selection.Paths.Count == 0)
            {
                // All of it: the other selections add nothing.
                paths[selection.Backup.Id] = null;
            }
            else
            {
                known?.AddRange(selection.Paths);
            }
        }

        List<SelectedTree> trees = [];
        foreach (VtBackup backup in backups)
        {
            trees.Add(new SelectedTree(backup, PathSelection.Create(paths[backup.Id] ?? []), request));
        }

        return trees;
    }
}
