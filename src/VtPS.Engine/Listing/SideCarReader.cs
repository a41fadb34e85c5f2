using System.Runtime.CompilerServices;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Listing;

/// <summary>Lists the blocks of a backup's side-car: a tree of its own beside the tree of directories.</summary>
internal static class SideCarReader
{
    /// <summary>Every reference of the side-car, those of a directory before those of the directories in it.</summary>
    /// <param name="blocks">Where the blocks are.</param>
    /// <param name="sideCar">The side-car of the root; null gives nothing.</param>
    /// <param name="isNew">Asked for each directory's side-car: false leaves it out with what is below it.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged.</exception>
    public static async IAsyncEnumerable<VtBlockReference> ReadReferencesAsync(
        IBlockReader blocks, VtBlockReference? sideCar, Func<VtBlockReference, bool> isNew, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreTreeReader trees = new(blocks);
        Stack<VtBlockReference> open = new();
        if (sideCar is not null)
        {
            open.Push(sideCar);
        }

        while (open.TryPop(out VtBlockReference? directory))
        {
            if (directory.Length == 0 || !isNew(directory))
            {
                continue;
            }

            await foreach (VtBlockReference reference in ReferenceWalk.WalkAsync(blocks, directory, cancellationToken).ConfigureAwait(false))
            {
                yield return reference;
            }

            List<VtBlockReference> below = Parse(await trees.ReadContentAsync(directory, cancellationToken).ConfigureAwait(false), directory);
            for (int i = below.Count - 1; i >= 0; i--)
            {
                open.Push(below[i]);
            }
        }
    }

    private static List<VtBlockReference> Parse(byte[] content, VtBlockReference directory)
    {
        List<VtBlockReference> below = [];
        try
        {
            ByteReader reader = new(content);
            while (!reader.IsEmpty)
            {
                if (SideCarCodec.Read(ref reader).Directory is { } child)
                {
                    below.Add(child);
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw new VtException(VtErrorId.BlockDamaged, $"The side-car {directory} cannot be understood: {e.Message} The backup itself is not touched by this; the next run reads its files again.", directory.ToString(), e);
        }

        return below;
    }
}
