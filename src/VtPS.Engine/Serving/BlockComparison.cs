using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>Finds the blocks that one of two Stores has and the other has not, by digests of windows over their sorted hashes: what is equal costs next to nothing.</summary>
internal static class BlockComparison
{
    // Below this many hashes to a window it is cheaper to send them than another sixteen digests.
    private const int FewHashes = 16;

    // What is asked for by one request; an answer is held whole.
    private const int ManyHashes = 1 << 16;

    /// <summary>Compares.</summary>
    /// <param name="reading">This side's hashes, which may still be read: the other side reads its own meanwhile.</param>
    /// <param name="there">The other side; with the same hash.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The hashes that this side alone has, and those that the other alone has.</returns>
    public static async Task<(List<VtHash> OnlyHere, List<VtHash> OnlyThere)> RunAsync(Task<SortedHashes> reading, IBlockStore there, CancellationToken cancellationToken)
    {
        List<VtHash> onlyHere = [];
        List<VtHash> onlyThere = [];
        List<uint> open = [0];
        for (int depth = 0; open.Count > 0; depth++)
        {
            List<uint> deeper = [];
            List<(uint Window, long Count)> few = [];
            foreach (uint[] some in open.Chunk(BlockMessages.MaximumWindows))
            {
                WindowDigest[] digests = await there.DigestsAsync(depth, some, cancellationToken).ConfigureAwait(false);
                SortedHashes here = await reading.ConfigureAwait(false);
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
                        SortedHashes alone = here.Window(depth + 1, part);
                        onlyHere.AddRange(Enumerable.Range(0, alone.Count).Select(index => alone[index]));
                    }
                    else if (digests[i].Count <= (mine.Count == 0 ? ManyHashes : FewHashes) || depth + 1 == SortedHashes.MaximumDepth)
                    {
                        few.Add((part, digests[i].Count));
                    }
                    else
                    {
                        deeper.Add(part);
                    }
                }
            }

            await CompareAsync(await reading.ConfigureAwait(false), there, depth + 1, few, onlyHere, onlyThere, cancellationToken).ConfigureAwait(false);
            open = deeper;
        }

        return (onlyHere, onlyThere);
    }

    private static async Task CompareAsync(
        SortedHashes here, IBlockStore there, int depth, List<(uint Window, long Count)> windows, List<VtHash> onlyHere, List<VtHash> onlyThere, CancellationToken cancellationToken)
    {
        foreach (uint[] some in Cut(windows))
        {
            SortedHashes[] theirs = await there.WindowHashesAsync(depth, some, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < some.Length; i++)
            {
                Merge(here.Window(depth, some[i]), theirs[i], onlyHere, onlyThere);
            }
        }
    }

    /// <summary>As many windows at a time as one request may name, and as have not too many hashes together.</summary>
    private static IEnumerable<uint[]> Cut(List<(uint Window, long Count)> windows)
    {
        List<uint> some = [];
        long hashes = 0;
        foreach ((uint window, long count) in windows)
        {
            if (some.Count == BlockMessages.MaximumWindows || (some.Count > 0 && hashes + count > ManyHashes))
            {
                yield return [.. some];
                some.Clear();
                hashes = 0;
            }

            some.Add(window);
            hashes += count;
        }

        if (some.Count > 0)
        {
            yield return [.. some];
        }
    }

    private static void Merge(SortedHashes here, SortedHashes there, List<VtHash> onlyHere, List<VtHash> onlyThere)
    {
        int mine = 0;
        int other = 0;
        while (mine < here.Count || other < there.Count)
        {
            int order = mine == here.Count ? 1 : other == there.Count ? -1 : here.Compare(mine, there, other);
            if (order < 0)
            {
                onlyHere.Add(here[mine]);
            }
            else if (order > 0)
            {
                onlyThere.Add(there[other]);
            }

            mine += order <= 0 ? 1 : 0;
            other += order >= 0 ? 1 : 0;
        }
    }
}
