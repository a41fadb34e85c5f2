namespace VtPS.Engine.Histories;

/// <summary>
/// Makes a tree of what two histories know together: revives folders that something lives in, breaks circles of folders, and settles conflicts of content and of names.
/// What it decides is recorded as changes of this replica and travels; two peers that decide the same matter decide alike, so that their changes are no new conflict.
/// </summary>
/// <param name="history">The joined history.</param>
/// <param name="policy">What becomes of what loses a conflict.</param>
/// <param name="local">What the side called local knew before the join.</param>
internal sealed class Resolver(History history, VtConflictPolicy policy, VersionVector local)
{
    private readonly HashSet<NodeId> _conflicts = [];
    private bool _changed;

    /// <summary>Works until there is nothing left to settle.</summary>
    /// <returns>The entries that are kept under other names, or whose contents the policy decided between.</returns>
    public HashSet<NodeId> Run()
    {
        do
        {
            _changed = false;
            ResolveContents();
            RenewKept();
            ReviveParents();
            BreakCircles();
            ResolveNames();
        }
        while (_changed);

        return _conflicts;
    }

    private void ResolveContents()
    {
        foreach (NodeRecord record in Select(r => r.IsAlive && r.HasConflict))
        {
            Content winner = Preferred([.. record.Rivals]) ?? record.Content;
            foreach (Content loser in record.Rivals.Select(s => s.Value).Distinct().Where(c => !c.Equals(winner) && policy == VtConflictPolicy.KeepBoth))
            {
                Keep(record, loser);
            }

            if (policy != VtConflictPolicy.KeepBoth)
            {
                // Else it is what was kept beside it that counts.
                _conflicts.Add(record.Id);
            }

            Put(record.Decided(history.NextDecision(), winner));
        }
    }

    private void RenewKept()
    {
        foreach (NodeRecord record in Select(r => r.IsAlive && r.Outdated is not null))
        {
            NodeRecord renewed = record;
            while (renewed.Outdated is { } outdated)
            {
                renewed = renewed.Renewed(history.NextDecision(), outdated);
            }

            Put(renewed);
        }
    }

    private Content? Preferred(Sibling<Content>[] siblings)
    {
        IEnumerable<Sibling<Content>> candidates = policy switch
        {
            VtConflictPolicy.Local => siblings.Where(s => local.Covers(s.Dot)),
            VtConflictPolicy.Remote => siblings.Where(s => !local.Covers(s.Dot)),
            _ => siblings,
        };
        return candidates.Select(s => s.Value).Order(Comparer<Content>.Create(ConflictRules.Compare)).LastOrDefault();
    }

    /// <summary>Keeps what lost under an identity of its own.</summary>
    private void Keep(NodeRecord record, Content loser)
    {
        NodeId id = NodeId.OfConflict(record.Id, loser.Data);
        NodeRecord? kept = history.Find(id);
        loser = loser with { IsWeak = false, For = null };
        Place place = record.Place with { Name = ConflictRules.Name(record.Place.Name, loser.Data, 8) };
        Attributes attributes = record.Attribute with { Modified = loser.Written };
        _conflicts.Add(id);
        if (kept is null)
        {
            Put(NodeRecord.Create(id, history.NextDecision(), place, loser, attributes));
        }
        else if (!kept.IsAlive)
        {
            Put(kept.With(history.NextDecision(), kept.Seen, true, place, loser, attributes));
        }
    }

    private void ReviveParents()
    {
        foreach (NodeRecord record in Select(r => r.IsAlive))
        {
            for (NodeId parent = record.Place.Parent; !parent.IsRoot;)
            {
                NodeRecord? folder = history.Find(parent);
                if (folder is not { IsDirectory: true })
                {
                    // No peer of ours makes such a record; the entry is kept all the same.
                    NodeRecord lost = history.Find(record.Id)!;
                    Put(lost.With(history.NextDecision(), lost.Seen, null, new Place(NodeId.Root, lost.Place.Name)));
                    break;
                }

                if (folder.IsAlive)
                {
                    break;
                }

                Put(folder.With(history.NextDecision(), folder.Seen, true));
                parent = folder.Place.Parent;
            }
        }
    }

    /// <summary>Two peers can each have moved a folder into the other's: of such a circle the entry with the lowest identity goes to the root.</summary>
    private void BreakCircles()
    {
        HashSet<NodeId> grounded = [NodeId.Root];
        List<NodeId> way = [];
        HashSet<NodeId> onWay = [];
        foreach (NodeRecord record in Select(r => r.IsAlive && r.IsDirectory))
        {
            way.Clear();
            onWay.Clear();
            NodeId at = record.Id;
            while (!grounded.Contains(at) && onWay.Add(at))
            {
                way.Add(at);
                at = history.Find(at)!.Place.Parent;
            }

            if (!grounded.Contains(at))
            {
                NodeRecord lowest = history.Find(way[way.IndexOf(at)..].Min())!;
                Put(lowest.With(history.NextDecision(), lowest.Seen, null, new Place(NodeId.Root, lowest.Place.Name)));
            }

            grounded.UnionWith(way);
        }
    }

    private void ResolveNames()
    {
        Dictionary<Place, NodeId> taken = new(history.Records.Count);
        Dictionary<Place, List<NodeRecord>> clashes = [];
        foreach (NodeRecord record in history.Records.Values)
        {
            if (record.IsAlive && !taken.TryAdd(record.Place, record.Id))
            {
                if (!clashes.TryGetValue(record.Place, out List<NodeRecord>? clash))
                {
                    clashes.Add(record.Place, clash = [history.Find(taken[record.Place])!]);
                }

                clash.Add(record);
            }
        }

        foreach ((Place place, List<NodeRecord> clash) in clashes)
        {
            clash.Sort((a, b) => a.Id.CompareTo(b.Id));
            NodeRecord? folder = clash.Find(r => r.IsDirectory);
            NodeRecord keeper = folder ?? Keeper(clash);
            foreach (NodeRecord loser in clash.Where(r => r != keeper))
            {
                if (loser.IsDirectory)
                {
                    MergeFolder(loser, keeper);
                }
                else if (loser.Data.Equals(keeper.Data) || (policy != VtConflictPolicy.KeepBoth && folder is null))
                {
                    _ = loser.Data.Equals(keeper.Data) || _conflicts.Add(keeper.Id);
                    Put(loser.With(history.NextDecision(), loser.Seen, false));
                }
                else
                {
                    Rename(loser, place, taken);
                }
            }
        }
    }

    /// <summary>Of files of one name the one that keeps it; of equal ones the first.</summary>
    private NodeRecord Keeper(List<NodeRecord> clash)
    {
        List<NodeRecord> candidates = policy switch
        {
            VtConflictPolicy.Local => clash.FindAll(r => r.Life.Any(local.Covers)),
            VtConflictPolicy.Remote => clash.FindAll(r => !r.Life.Any(local.Covers)),
            _ => clash,
        };
        candidates = candidates.Count == 0 ? clash : candidates;
        NodeRecord keeper = candidates[0];
        foreach (NodeRecord candidate in candidates)
        {
            keeper = ConflictRules.Compare(candidate.Content, keeper.Content) > 0 ? candidate : keeper;
        }

        return keeper;
    }

    /// <summary>Two folders of one name are one: what is in the second goes into the first.</summary>
    private void MergeFolder(NodeRecord from, NodeRecord into)
    {
        foreach (NodeRecord child in Select(r => r.IsAlive && r.Place.Parent == from.Id))
        {
            Put(child.With(history.NextDecision(), child.Seen, null, new Place(into.Id, child.Place.Name)));
        }

        Put(from.With(history.NextDecision(), from.Seen, false));
    }

    private void Rename(NodeRecord loser, Place place, Dictionary<Place, NodeId> taken)
    {
        for (int digits = 8; digits <= 64; digits += 8)
        {
            Place free = place with { Name = ConflictRules.Name(place.Name, loser.Data, digits) };
            if (!taken.TryGetValue(free, out NodeId other))
            {
                taken.Add(free, loser.Id);
                _conflicts.Add(loser.Id);
                Put(loser.With(history.NextDecision(), loser.Seen, null, free));
                return;
            }

            if (history.Find(other)!.Data.Equals(loser.Data))
            {
                // It is kept there already.
                Put(loser.With(history.NextDecision(), loser.Seen, false));
                return;
            }
        }

        throw new InvalidDataException("Every name for a conflict copy is taken.");
    }

    private List<NodeRecord> Select(Predicate<NodeRecord> predicate)
    {
        List<NodeRecord> selected = [];
        foreach (NodeRecord record in history.Records.Values)
        {
            if (predicate(record))
            {
                selected.Add(record);
            }
        }

        return selected;
    }

    private void Put(NodeRecord record)
    {
        history.Put(record);
        _changed = true;
    }
}
