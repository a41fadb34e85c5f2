namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>A world at one moment, and what may still happen in it.</summary>
/// <param name="Image">The Store.</param>
/// <param name="At">Where each actor is; null for one that was killed.</param>
/// <param name="Current">The actor that goes on unless another is preferred; -1 for none.</param>
/// <param name="Left">How often another may still be preferred.</param>
/// <param name="KillsLeft">How many actors may still be killed.</param>
/// <param name="BurialsLeft">How many leases may still be buried.</param>
/// <param name="From">The state before; null at the start.</param>
/// <param name="Chosen">What happened there: an actor's number; or -1-n for a kill of actor n; or a number from <see cref="Bury"/> on for the burial of the object at that place.</param>
internal sealed record SearchState(StoreImage Image, ActorNode?[] At, int Current, int Left, int KillsLeft, int BurialsLeft, SearchState? From, int Chosen)
{
    public const int Bury = 1000;

    /// <summary>Whether the present actor can go on.</summary>
    public bool GoesOn => Current >= 0 && At[Current]?.Next is not null;

    /// <summary>The state in one number, but for the bound.</summary>
    public ulong Hash()
    {
        ulong hash = StateHash.Mix(Image.Hash, GoesOn ? (ulong)Current : ulong.MaxValue);
        foreach (ActorNode? node in At)
        {
            hash = StateHash.Mix(hash, node is null ? ulong.MaxValue : (ulong)node.Id);
        }

        return StateHash.Mix(hash, (ulong)((KillsLeft * 16) + BurialsLeft));
    }

    /// <summary>Every call and event up to here, to be read by people.</summary>
    public List<string> Trace(IReadOnlyList<ActorTree> actors)
    {
        List<string> lines = [];
        for (SearchState at = this; at.From is { } before; at = before)
        {
            lines.Add(at.Chosen switch
            {
                >= Bury => "someone buries " + before.Image.Objects[at.Chosen - Bury].Name,
                >= 0 => $"{at.Chosen} {actors[at.Chosen].Plan.Name}: {before.At[at.Chosen]!.Next!.Value.Call} {before.At[at.Chosen]!.Next!.Value.Name}",
                _ => $"{-1 - at.Chosen} {actors[-1 - at.Chosen].Plan.Name}: KILLED",
            });
        }

        lines.Reverse();
        return lines;
    }
}
