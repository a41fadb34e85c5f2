using System.Diagnostics;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>Actors that wait at a place from which a search may go on soon. Only so many are kept, and none for so long that it would give a sign of life.</summary>
internal sealed class RunningActors : IDisposable
{
    private const int Most = 24;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly Dictionary<ActorNode, (Actor Actor, ImageStorage Storage, long Since)> _all = [];
    private readonly Queue<ActorNode> _order = [];

    /// <summary>Keeps an actor at a place.</summary>
    public void Put(ActorNode node, Actor actor, ImageStorage storage)
    {
        _all.Add(node, (actor, storage, Stopwatch.GetTimestamp()));
        _order.Enqueue(node);
        while (_order.Count > Most)
        {
            if (_all.Remove(_order.Dequeue(), out (Actor Actor, ImageStorage, long) old))
            {
                End(old.Actor);
            }
        }
    }

    /// <summary>The actor at a place; null if there is none.</summary>
    public (Actor Actor, ImageStorage Storage)? Take(ActorNode node)
    {
        if (!_all.Remove(node, out (Actor Actor, ImageStorage Storage, long Since) kept))
        {
            return null;
        }

        if (Stopwatch.GetElapsedTime(kept.Since) < Longest)
        {
            return (kept.Actor, kept.Storage);
        }

        End(kept.Actor);
        return null;
    }

    public void Dispose()
    {
        foreach ((Actor actor, _, _) in _all.Values)
        {
            End(actor);
        }
    }

    private static void End(Actor actor)
    {
        actor.Kill();
        _ = actor.Work.Exception;
    }
}
