using System.Runtime.CompilerServices;
using VtPS.Engine.Blocks;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Walks the references of a block tree, indirect ones included.</summary>
internal static class ReferenceWalk
{
    /// <summary>Every reference of some content, an indirect one before those in it. No leaf is read.</summary>
    /// <param name="blocks">Where the indirect blocks are.</param>
    /// <param name="content">The content; null gives nothing.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged for an indirect block.</exception>
    public static async IAsyncEnumerable<VtBlockReference> WalkAsync(
        IBlockReader blocks, VtBlockReference? content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (content is null || content.Length == 0)
        {
            yield break;
        }

        Stack<VtBlockReference> open = new();
        open.Push(content);
        while (open.TryPop(out VtBlockReference? reference))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (reference.Kind != VtBlockKind.Indirect)
            {
                yield return reference;
                continue;
            }

            yield return reference;
            List<VtBlockReference> children = await BlockTree.ReadIndirectAsync(blocks, reference, cancellationToken).ConfigureAwait(false);
            for (int i = children.Count - 1; i >= 0; i--)
            {
                open.Push(children[i]);
            }
        }
    }
}
