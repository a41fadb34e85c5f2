using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>The data files that are worth giving up.</summary>
internal sealed class PoorFiles
{
    private readonly HashSet<DataFileId> _all = [];

    /// <summary>Files of which nothing is needed.</summary>
    public List<DataFileId> Dead { get; } = [];

    /// <summary>Files of which too little is needed; what is needed must be saved first.</summary>
    public List<DataFileId> Sparse { get; } = [];

    /// <summary>Blocks that no backup needs, or that stand in another file, too.</summary>
    public long BlocksUnneeded { get; private set; }

    public bool Contains(DataFileId file) => _all.Contains(file);

    /// <summary>Chooses.</summary>
    /// <param name="candidates">The files that may be given up, in their order.</param>
    /// <param name="standing">All files that are not given up yet.</param>
    /// <param name="records">What each file holds.</param>
    /// <param name="needed">The blocks that the backups need.</param>
    /// <param name="request">From which share on a file is poor, and how much may be rewritten.</param>
    /// <param name="lengths">The files' lengths in bytes.</param>
    /// <param name="older">Files of older key epochs, which are poor however much of them is needed.</param>
    public static PoorFiles Choose(
        List<DataFileId> candidates,
        IEnumerable<DataFileId> standing,
        Dictionary<DataFileId, List<IndexedRecord>> records,
        IReadOnlySet<BlockKey> needed,
        OptimizeRequest request,
        IReadOnlyDictionary<DataFileId, long> lengths,
        IReadOnlySet<DataFileId> older)
    {
        PoorFiles poor = new();

        // In how many standing files each needed block is: a block that another one holds as well is not needed here.
        Dictionary<BlockKey, int> holders = [];
        foreach (DataFileId file in standing)
        {
            Visit(records.GetValueOrDefault(file), (key, _) =>
            {
                if (needed.Contains(key))
                {
                    holders[key] = holders.GetValueOrDefault(key) + 1;
                }
            });
        }

        long repacked = 0;
        foreach (DataFileId file in candidates)
        {
            long total = 0;
            long used = 0;
            Visit(records[file], (key, length) =>
            {
                total += length;
                if (needed.Contains(key) && holders[key] == 1)
                {
                    used += length;
                }
                else
                {
                    poor.BlocksUnneeded++;
                }
            });
            bool isOlder = older.Contains(file) && total > 0;
            if (!isOlder && total > used && used > 0 && 100.0 * (total - used) / total <= request.MaximumUnusedPercent)
            {
                continue;
            }

            if (!isOlder && used == total)
            {
                continue;
            }

            if (used == 0)
            {
                poor.Dead.Add(file);
            }
            else if (request.MaximumRepack is { } most && repacked + lengths[file] > most)
            {
                continue;
            }
            else
            {
                repacked += lengths[file];
                poor.Sparse.Add(file);
            }

            poor._all.Add(file);
            Visit(records[file], (key, _) =>
            {
                if (holders.TryGetValue(key, out int count) && count > 1)
                {
                    holders[key] = count - 1;
                }
            });
        }

        return poor;
    }

    private static void Visit(List<IndexedRecord>? records, Action<BlockKey, int> visit)
    {
        foreach (IndexedRecord record in records ?? [])
        {
            foreach ((VtHash hash, int length) in record.Blocks)
            {
                visit(BlockKey.Of(hash), length);
            }
        }
    }
}
