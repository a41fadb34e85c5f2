using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>Finds the blocks that one of two Stores has and the other has not, by digests of windows over their sorted hashes: what is equal costs next to nothing.</summary>
internal static class BlockComparison
{
    // Below this many hashes to a window it is cheaper to send them than another sixteen digests.
    private const int FewHashes = 16;

    /// <summary>Compares.</summary>
    /// <param name="here">This side's hashes.</param>
    /// <param name="there">The other side; with the same hash.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The hashes that this side alone has, and those that the other alone has.</returns>
    public static async Task<(List<VtHash> OnlyHere, List<VtHash> OnlyThere)> RunAsync(SortedHashes here, RemoteBlocks there, CancellationToken cancellationToken)
    {
        List<VtHash> onlyHere = [];
        List<VtHash> onlyThere = [];
        List<uint> open = [0];
        for (int depth = 0; open.Count > 0; depth++)
        {
            List<uint> deeper = [];
            List<uint> few = [];
            foreach (uint[] some in open.Chunk(BlockMessages.MaximumWindows))
            {
                WindowDigest[] digests = await there.DigestsAsync(depth, some, cancellationToken).ConfigureAwait(false);
                for (int i = 0; i < digests.Length; i++)
                {
                    uint part = (some[i / WindowDigest.Parts] * WindowDigest.Parts) + (uint)(i % WindowDigest.Parts);
                    WindowDigest mine = WindowDigest.Of(here, depth + 1, part);
                    if (mine == digests[i])
                    {
                        continue;
                    }

                    if (digests[i].Count == 0)
                    {
                        (int start, int end) = here.Find(depth + 1, part);
                        onlyHere.AddRange(Enumerable.Range(start, end - start).Select(index => here[index]));
                    }
                    else if (mine.Count == 0 || digests[i].Count <= FewHashes || depth + 1 == SortedHashes.MaximumDepth)
                    {
                        few.Add(part);
                    }
                    else
                    {
                        deeper.Add(part);
                    }
                }
            }

            await CompareAsync(here, there, depth + 1, few, onlyHere, onlyThere, cancellationToken).ConfigureAwait(false);
            open = deeper;
        }

        return (onlyHere, onlyThere);
    }

    private static async Task CompareAsync(
        SortedHashes here, RemoteBlocks there, int depth, List<uint> windows, List<VtHash> onlyHere, List<VtHash> onlyThere, CancellationToken cancellationToken)
    {
        foreach (uint[] some in windows.Chunk(BlockMessages.MaximumWindows))
        {
            List<VtHash>[] theirs = await there.WindowHashesAsync(depth, some, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < some.Length; i++)
            {
                (int start, int end) = here.Find(depth, some[i]);
                HashSet<VtHash> other = [.. theirs[i]];
                for (int index = start; index < end; index++)
                {
                    if (!other.Remove(here[index]))
                    {
                        onlyHere.Add(here[index]);
                    }
                }

                onlyThere.AddRange(other);
            }
        }
    }
}
