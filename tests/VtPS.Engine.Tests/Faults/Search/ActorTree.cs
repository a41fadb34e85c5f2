namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>
/// Everything that one actor can do, as far as it is known. An actor is a function of what its calls see, so the real code runs only for what it has not seen yet:
/// every other step is looked up. To go on from a known place it is started anew and shown what it saw on the way there.
/// </summary>
/// <param name="plan">What the actor does.</param>
/// <param name="number">Its number in its world.</param>
/// <param name="start">The Store at the start.</param>
/// <param name="objects">The objects of the search.</param>
/// <param name="running">The actors that wait where they last were, of all trees.</param>
internal sealed class ActorTree(ActorPlan plan, int number, StoreImage start, ObjectTable objects, RunningActors running)
{
    private int _nodes;

    public ActorPlan Plan => plan;

    /// <summary>The actor before its first call.</summary>
    public ActorNode Root => field ??= Begin();

    /// <summary>How many different places of this actor were met.</summary>
    public int Nodes => _nodes;

    /// <summary>How often the actor was started.</summary>
    public int Runs { get; private set; }

    /// <summary>How many calls the real code made that were not known before.</summary>
    public long Calls { get; private set; }

    /// <summary>The step that the actor takes from a place on an image, and the image after it.</summary>
    public (ActorStep Step, StoreImage After) Follow(ActorNode node, StoreImage image)
    {
        (StorageCall call, string name) = node.Next!.Value;
        ulong first = image.Observe(call, name);
        foreach (ActorStep known in node.Steps)
        {
            if (known.First == first && known.TryApply(image) is { } after)
            {
                return (known, after);
            }
        }

        ActorStep step = Run(node, first, image);
        node.Steps.Add(step);
        return (step, step.TryApply(image) ?? throw new InvalidOperationException($"{plan.Name}: {call} {name} does not do again what it did."));
    }

    private ActorNode Begin()
    {
        ImageStorage storage = new(start, objects, number);
        Runs++;
        Actor actor = new(number, storage, plan);
        ActorNode root = NodeOf(actor, null);
        running.Put(root, actor, storage);
        return root;
    }

    private ActorStep Run(ActorNode node, ulong first, StoreImage image)
    {
        (Actor actor, ImageStorage storage) = running.Take(node) ?? Replay(node);
        storage.Replace(image);
        actor.Step();
        Calls++;
        (ImageChange[] changes, Observation[] seen) = storage.Noted();
        foreach (ImageChange change in changes)
        {
            if (plan.IsSettled(change.Name))
            {
                throw new InvalidOperationException($"{plan.Name} changes {change.Name}, which its world takes as settled.");
            }
        }

        ActorNode to = NodeOf(actor, node);
        if (to.Next is not null)
        {
            running.Put(to, actor, storage);
        }

        // The call that was waited for is told of by what it saw before its own change.
        (StorageCall, string) waited = node.Next!.Value;
        return new ActorStep(image, first, changes, Array.FindAll(seen, s => (s.Call, s.Name) != waited), to);
    }

    private ActorNode NodeOf(Actor actor, ActorNode? from)
    {
        bool done = actor.Next is null;
        return new ActorNode((_nodes++ << 4) | number, from)
        {
            Next = actor.Next,
            Reported = done && actor.Work.IsCompletedSuccessfully ? actor.Work.Result : null,
            Failure = done && actor.Work.IsFaulted ? actor.Work.Exception!.InnerException : null,
        };
    }

    /// <summary>Starts the actor and brings it to a known place.</summary>
    private (Actor Actor, ImageStorage Storage) Replay(ActorNode node)
    {
        List<(ActorNode Node, ActorStep Step)> path = [];
        for (ActorNode at = node; at.From is { } from; at = from)
        {
            path.Add((from, from.Steps.Find(step => step.To == at)!));
        }

        path.Reverse();
        ImageStorage storage = new(start, objects, number);
        int done = 0;
        Runs++;
        Actor actor = new(number, storage, plan, (call, name) =>
        {
            if (done == path.Count || path[done].Node.Next != (call, name))
            {
                return false;
            }

            storage.Replace(path[done].Step.Before);
            done++;
            return true;
        });
        return done == path.Count && actor.Next == node.Next
            ? (actor, storage)
            : throw new InvalidOperationException($"{plan.Name} takes another way when it is shown the same: after {done} of {path.Count} calls it comes to {actor.Next}, not to {(done < path.Count ? path[done].Node.Next : node.Next)}.");
    }
}
