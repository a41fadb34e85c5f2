namespace VtPS.Engine.Histories;

/// <summary>
/// The history of one entry: for its life, place, content and attributes the values that no later change has replaced. Joining two records keeps of each part what
/// the other has not seen and replaced; it does not matter in which order, or how often, records are joined. Immutable.
/// </summary>
/// <remarks>
/// An entry lives as long as a change that made, edited or moved it has not been seen by a deletion: a deletion loses against a change that it knew nothing of.
/// After the optimized observed-remove sets of Bieniusa et al. (2012) and the dotted version vectors of Preguiça et al. (2010).
/// </remarks>
internal sealed class NodeRecord
{
    public required NodeId Id { get; init; }

    /// <summary>Every change of the entry that is taken in.</summary>
    public required VersionVector Seen { get; init; }

    /// <summary>The changes that keep it alive; none: it is deleted.</summary>
    public required Dot[] Life { get; init; }

    public required Sibling<Place>[] Places { get; init; }

    public required Sibling<Content>[] Contents { get; init; }

    public required Sibling<Attributes>[] Attributes { get; init; }

    public bool IsAlive => Life.Length > 0;

    /// <summary>Where it is, or was last: of several the one of the highest dot.</summary>
    public Place Place => Latest(Places).Value;

    /// <summary>What it holds: of several the one that wins; see <see cref="HasConflict"/>.</summary>
    public Content Content => Winner.Value;

    public NodeData Data => Winner.Value.Data;

    public bool IsDirectory => Contents[0].Value.Data.IsDirectory;

    /// <summary>Its attributes: of several the highest.</summary>
    public Attributes Attribute
    {
        get
        {
            Attributes best = Attributes[0].Value;
            for (int i = 1; i < Attributes.Length; i++)
            {
                best = Attributes[i].Value.CompareTo(best) > 0 ? Attributes[i].Value : best;
            }

            return best;
        }
    }

    /// <summary>The replica that wrote the latest of what is shown.</summary>
    public ulong Author => Winner.Dot.Replica;

    /// <summary>Whether different contents were written that knew nothing of each other.</summary>
    public bool HasConflict
    {
        get
        {
            if (Contents.Length == 1)
            {
                return false;
            }

            Content winner = Content;
            return Rivals.Any(s => !s.Value.Equals(winner));
        }
    }

    /// <summary>The contents that the one which wins is chosen from.</summary>
    public IEnumerable<Sibling<Content>> Rivals
    {
        get
        {
            int rank = Rank(Winner);
            return Contents.Where(s => Rank(s) == rank);
        }
    }

    private Sibling<Content> Winner => Best(Contents);

    /// <summary>Whether the entry is shown otherwise by another record of it; null for none.</summary>
    public bool IsOtherThan(NodeRecord? other) => other is null || !other.IsAlive || !IsAlive
        ? IsAlive != (other?.IsAlive ?? false)
        : !(Place.Equals(other.Place) && Data.Equals(other.Data) && Attribute == other.Attribute);

    /// <summary>What both records know together.</summary>
    public NodeRecord Join(NodeRecord other)
    {
        if (Seen.Covers(other.Seen))
        {
            return this;
        }

        if (other.Seen.Covers(Seen))
        {
            return other;
        }

        return new NodeRecord
        {
            Id = Id,
            Seen = Seen.Join(other.Seen),
            Life = [.. Life.Where(dot => other.Life.Contains(dot) || !other.Seen.Covers(dot)), .. other.Life.Where(dot => !Life.Contains(dot) && !Seen.Covers(dot))],
            Places = Join(Places, other.Places, other.Seen),
            Contents = Join(Contents, other.Contents, other.Seen),
            Attributes = Join(Attributes, other.Attributes, other.Seen),
        };
    }

    /// <summary>With a change of a replica that had seen some changes: what they wrote is replaced, what it had not seen stays beside it.</summary>
    /// <param name="dot">The change.</param>
    /// <param name="seen">What whoever made it had before their eyes.</param>
    /// <param name="alive">True for a change that keeps it alive, false for a deletion, null for a decision that is neither.</param>
    /// <param name="place">The new place; null leaves it.</param>
    /// <param name="content">The new content; null leaves it.</param>
    /// <param name="attributes">The new attributes; null leaves them.</param>
    /// <param name="held">For a change that keeps it alive and writes no content: what it held where the change was made.</param>
    public NodeRecord With(Dot dot, VersionVector seen, bool? alive, Place? place = null, Content? content = null, Attributes? attributes = null, NodeData? held = null)
    {
        IEnumerable<Dot> life = Life.Where(d => !seen.Covers(d));
        if (alive == false && Contents.Where(s => seen.Covers(s.Dot)).ToArray() is { Length: > 0 } deleted)
        {
            content = Best(deleted).Value with { IsWeak = true, For = null };
        }

        return new NodeRecord
        {
            Id = Id,
            Seen = Seen.With(dot),
            Life = alive switch { true => [.. life, dot], false => [.. life], null => Life },
            Places = place is { } p ? [.. Places.Where(s => !seen.Covers(s.Dot)), new(dot, p)] : Places,
            Contents = content is not null ? [.. Contents.Where(s => !seen.Covers(s.Dot)), new(dot, content)]
                : held is not null ? [.. Contents.Where(s => !s.Value.IsWeak || !seen.Covers(s.Dot)), new(dot, new Content(held, default, IsWeak: true))]
                : Contents,
            Attributes = attributes is { } a ? [.. Attributes.Where(s => !seen.Covers(s.Dot)), new(dot, a)] : Attributes,
        };
    }

    /// <summary>
    /// With a decision for one of its contents: the others are gone from it, and with them what kept the entry alive for their sake. The one that is kept stays as its author wrote it,
    /// so that whoever deletes that deletes the entry.
    /// </summary>
    public NodeRecord Decided(Dot dot, Content winner)
    {
        Dot[] lost = [.. Rivals.Where(s => !s.Value.Equals(winner)).Select(s => s.Dot)];
        Dot[] life = [.. Life.Except(lost)];
        Sibling<Attributes>[] attributes = [.. Attributes.Where(s => !lost.Contains(s.Dot))];
        return new NodeRecord
        {
            Id = Id,
            Seen = Seen.With(dot),
            Life = life.Length > 0 ? life : Life,
            Places = Places,
            Contents = [.. Contents.Where(s => !lost.Contains(s.Dot))],
            Attributes = attributes.Length > 0 ? attributes : Attributes,
        };
    }

    /// <summary>What was moved or touched while others wrote it anew: the first content that such a change kept and that is no longer what the entry holds; null where there is none.</summary>
    public Sibling<Content>? Outdated
    {
        get
        {
            Sibling<Content> winner = Winner;
            foreach (Sibling<Content> sibling in Contents)
            {
                if (!winner.Value.IsWeak && Rank(sibling) == 1 && !sibling.Value.Equals(winner.Value))
                {
                    return sibling;
                }
            }

            return null;
        }
    }

    /// <summary>
    /// With the decision that what was kept alive while others wrote it anew now holds what they wrote. Else, when that is deleted by somebody who knows nothing of the move, the
    /// entry would be what it was before, which by then nobody may have any more.
    /// </summary>
    public NodeRecord Renewed(Dot dot, in Sibling<Content> outdated)
    {
        Dot old = outdated.Dot;
        return new NodeRecord
        {
            Id = Id,
            Seen = Seen.With(dot),
            Life = Life,
            Places = Places,
            Contents = [.. Contents.Where(s => s.Dot != old), new(dot, new Content(Data, default, IsWeak: true, outdated.Value.For ?? old))],
            Attributes = Attributes,
        };
    }

    /// <summary>A new entry.</summary>
    public static NodeRecord Create(NodeId id, Dot dot, Place place, Content content, Attributes attributes) => new()
    {
        Id = id,
        Seen = VersionVector.Empty.With(dot),
        Life = [dot],
        Places = [new(dot, place)],
        Contents = [new(dot, content)],
        Attributes = [new(dot, attributes)],
    };

    private Sibling<T>[] Join<T>(Sibling<T>[] mine, Sibling<T>[] theirs, VersionVector theirSeen)
    {
        List<Sibling<T>> kept = [];
        foreach (Sibling<T> sibling in mine)
        {
            if (!theirSeen.Covers(sibling.Dot) || Has(theirs, sibling.Dot))
            {
                kept.Add(sibling);
            }
        }

        foreach (Sibling<T> sibling in theirs)
        {
            if (!Seen.Covers(sibling.Dot))
            {
                kept.Add(sibling);
            }
        }

        return [.. kept];
    }

    /// <summary>Of several contents the one that wins.</summary>
    private Sibling<Content> Best(Sibling<Content>[] contents)
    {
        Sibling<Content> best = contents[0];
        foreach (Sibling<Content> other in contents.AsSpan(1))
        {
            int order = Rank(other).CompareTo(Rank(best));
            best = (order != 0 ? order : ConflictRules.Compare(other, best)) > 0 ? other : best;
        }

        return best;
    }

    /// <summary>What was written counts more than what was kept, and that more than what was deleted.</summary>
    private int Rank(in Sibling<Content> content) => !content.Value.IsWeak ? 2 : Array.IndexOf(Life, content.Value.For ?? content.Dot) >= 0 ? 1 : 0;

    private static bool Has<T>(Sibling<T>[] siblings, Dot dot)
    {
        foreach (Sibling<T> sibling in siblings)
        {
            if (sibling.Dot == dot)
            {
                return true;
            }
        }

        return false;
    }

    private static Sibling<T> Latest<T>(Sibling<T>[] siblings)
    {
        Sibling<T> best = siblings[0];
        for (int i = 1; i < siblings.Length; i++)
        {
            best = siblings[i].Dot.CompareTo(best.Dot) > 0 ? siblings[i] : best;
        }

        return best;
    }
}
