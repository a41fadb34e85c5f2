using System.Runtime.CompilerServices;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Comparison;

/// <summary>The tree of a backup.</summary>
internal sealed class StoredTree(ITreeReader trees, VtBackup backup) : ComparedTree
{
    public override IAsyncEnumerable<ComparedEntry> ReadTopAsync(CancellationToken cancellationToken) =>
        ReadAsync(VtBlockReference.Parse(backup.Root), cancellationToken);

    public override IAsyncEnumerable<ComparedEntry> ReadAsync(ComparedEntry directory, CancellationToken cancellationToken) =>
        ReadAsync(directory.Entry!.Content ?? VtBlockReference.Empty, cancellationToken);

    private async IAsyncEnumerable<ComparedEntry> ReadAsync(VtBlockReference directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TreeEntry entry in trees.ReadDirectoryAsync(directory, cancellationToken).ConfigureAwait(false))
        {
            yield return new ComparedEntry(entry.Name, entry, null, null);
        }
    }
}
