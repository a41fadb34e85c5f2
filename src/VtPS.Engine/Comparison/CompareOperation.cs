using System.Runtime.CompilerServices;
using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Comparison;

/// <summary>Compares a backup with another, or with a live tree, visiting only what differs.</summary>
/// <remarks>
/// Files of two backups are compared by their content references. A live file is equal if its size and time are; with
/// <see cref="CompareRequest.Content"/> its bytes are read and compared, and another time alone is metadata. What lies below a directory that only
/// one side has is given too. What the backup left out by rule is left out of the live tree, too.
/// </remarks>
internal static class CompareOperation
{
    /// <summary>The differences in the order of paths.</summary>
    /// <exception cref="VtException">PathNotFound, SourceDenied for the live folder; ItemNotFound for a path that names nothing on either side.</exception>
    public static IAsyncEnumerable<VtDifference> RunAsync(StoreSession store, CompareRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        RunAsync(store.Trees, store.Blocks.HashName, request, observer, cancellationToken);

    internal static async IAsyncEnumerable<VtDifference> RunAsync(
        ITreeReader trees, VtHashName hashName, CompareRequest request, IOperationObserver observer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoredTree reference = new(trees, request.Reference);
        LiveTree? live = null;
        PathSelection? confined = null;
        if (request.Difference is null)
        {
            BackupSources sources = BackupSources.Create(request.Reference);
            byte[]? folder = request.DifferencePath ?? sources.Root ?? (sources.IsFileSystemTop ? "/"u8.ToArray() : null);
            live = folder is null ? LiveTree.OfSources(sources, request.Reference, observer) : LiveTree.Below(folder, request.Reference, observer);
            if (request.DifferencePath is null && sources.Root is not null)
            {
                confined = ConfineToSources(request.Reference, sources.Root);
            }
        }

        using (live)
        {
            ComparisonRun run = new(reference, (ComparedTree?)live ?? new StoredTree(trees, request.Difference!), live, trees, hashName, request, confined, observer);
            await foreach (VtDifference difference in run.RunAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return difference;
            }
        }
    }

    /// <summary>Below a recorded root only the paths given were backed up: what lies beside them is no difference.</summary>
    private static PathSelection ConfineToSources(VtBackup backup, byte[] root)
    {
        string prefix = PathText.Format(root).TrimEnd('/') + "/";
        List<string> paths = [];
        foreach (string path in backup.SourcePath)
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal))
            {
                return PathSelection.Create([]);
            }

            paths.Add(InsidePath.Escape(path[prefix.Length..]));
        }

        return PathSelection.Create(paths);
    }
}
