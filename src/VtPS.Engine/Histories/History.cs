using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VtPS.Engine.Histories;

/// <summary>
/// What a replica knows of every entry that its group ever had, the deleted ones among them. Histories that know the same are the same, whatever way the knowledge took.
/// For one thread at a time.
/// </summary>
internal sealed class History
{
    private readonly Dictionary<NodeId, NodeRecord> _records;

    /// <param name="replica">This replica: even, not 0.</param>
    /// <param name="knowledge">Every change that the records take in.</param>
    /// <param name="records">The records.</param>
    public History(ulong replica, VersionVector knowledge, Dictionary<NodeId, NodeRecord> records)
    {
        Replica = replica;
        Knowledge = knowledge;
        _records = records;
    }

    /// <summary>The replica under whose name changes are recorded here. Drawn anew when it turns out that another tree goes by it.</summary>
    public ulong Replica { get; set; }

    public VersionVector Knowledge { get; private set; }

    public IReadOnlyDictionary<NodeId, NodeRecord> Records => _records;

    /// <summary>Another history of the same content, to be changed on its own.</summary>
    public History Copy() => new(Replica, Knowledge, new Dictionary<NodeId, NodeRecord>(_records));

    public NodeRecord? Find(NodeId id) => _records.GetValueOrDefault(id);

    /// <summary>A new id for a replica: even, not 0.</summary>
    public static ulong NewReplica()
    {
        ulong id;
        do
        {
            id = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & ~1ul;
        }
        while (id == 0);

        return id;
    }

    /// <summary>The next change that a scan found in the tree. An entry takes part in a change once at most.</summary>
    public Dot NextChange() => Next(Replica);

    /// <summary>The next decision of a merge.</summary>
    public Dot NextDecision() => Next(Dot.Decider(Replica));

    /// <summary>Makes room for so many more records.</summary>
    public void Expect(int count) => _records.EnsureCapacity(_records.Count + count);

    public void Put(NodeRecord record) => _records[record.Id] = record;

    /// <summary>What a history of some knowledge lacks.</summary>
    public HistoryPart Since(VersionVector known)
    {
        List<NodeRecord> records = [];
        if (!known.Covers(Knowledge))
        {
            foreach (NodeRecord record in _records.Values)
            {
                if (!known.Covers(record.Seen))
                {
                    records.Add(record);
                }
            }
        }

        return new HistoryPart(Knowledge, records);
    }

    /// <summary>Takes in a part of another history, which must begin where this one's knowledge ends, or earlier.</summary>
    /// <returns>Whether anything was new.</returns>
    public bool Join(HistoryPart part)
    {
        bool changed = false;
        Expect(_records.Count == 0 ? part.Records.Count : 0);
        foreach (NodeRecord record in part.Records)
        {
            NodeRecord? mine = Find(record.Id);
            NodeRecord joined = mine?.Join(record) ?? record;
            if (joined != mine)
            {
                _records[record.Id] = joined;
                changed = true;
            }
        }

        Knowledge = Knowledge.Join(part.Knowledge);
        return changed;
    }

    /// <summary>The identity for an entry that was made: one that is free, or that of the deleted entry which it brings back.</summary>
    /// <param name="place">Where it was made.</param>
    /// <param name="data">What it is and holds.</param>
    /// <param name="isTaken">Whether an entry on disk has an identity.</param>
    public NodeId IdOfNew(Place place, NodeData data, Predicate<NodeId> isTaken)
    {
        for (int number = 0; ; number++)
        {
            NodeId id = NodeId.OfNew(place.Parent, place.Name, data, number);
            if (Find(id) is not { IsAlive: true } && !isTaken(id))
            {
                return id;
            }
        }
    }

    private Dot Next(ulong replica)
    {
        Dot dot = new(replica, Knowledge[replica] + 1);
        Knowledge = Knowledge.With(dot);
        return dot;
    }
}
