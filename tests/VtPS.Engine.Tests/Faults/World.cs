using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults;

/// <summary>A Store in memory with actors at work, of which one at a time makes one call; and the events that may come between.</summary>
internal sealed class World : IDisposable
{
    private readonly FaultHome _home;
    private readonly ProtocolRules _rules;
    private readonly HashSet<string> _removed = [];
    private readonly Dictionary<string, string> _promised;

    /// <summary>Makes a world over a copy of a home's Store.</summary>
    /// <param name="home">The home.</param>
    /// <param name="rules">The rules of deletion that all actors keep.</param>
    /// <param name="before">What the home's backups hold, as <see cref="StoreCheck.ReadAllAsync"/> tells.</param>
    public World(FaultHome home, ProtocolRules rules, Dictionary<string, string> before)
    {
        _home = home;
        _rules = rules;
        _promised = new Dictionary<string, string>(before);
        Storage = home.Storage.Copy();
    }

    public MemoryStorage Storage { get; }

    public List<Actor> Actors { get; } = [];

    /// <summary>Every call and event so far, to be read by people.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Whether anything happened that may make an honest run fail.</summary>
    public bool HadEvent { get; private set; }

    public Actor AddWriter(string source) => Add(ActorPlan.Backup(_home, source, _rules));

    public Actor AddOptimize(double unused = 0, ILeaseMemory? memory = null, int runs = 2) => Add(ActorPlan.Optimize(_home, _rules, unused, memory, runs));

    public Actor AddRemove(VtBackup backup)
    {
        _removed.Add(backup.Id);
        return Add(ActorPlan.Remove(_home, _rules, backup));
    }

    /// <summary>Adds an actor, and with it what it removes.</summary>
    public Actor Add(ActorPlan plan, IEnumerable<string>? removed = null)
    {
        _removed.UnionWith(removed ?? []);
        Actor actor = new(Actors.Count, Storage, plan);
        Actors.Add(actor);
        return actor;
    }

    /// <summary>Lets an actor make its next call, and checks the Store if that could have harmed it.</summary>
    public void Step(Actor actor)
    {
        (StorageCall call, string name) = actor.Next!.Value;
        Trace.Add($"{actor.Number} {actor.Plan.Name}: {call} {name}");
        actor.Step();
        if (actor.IsDone || (call == StorageCall.Delete && name.StartsWith(StoreNames.Data, StringComparison.Ordinal)))
        {
            Check();
        }
    }

    /// <summary>Lets an actor go on until it is about to make a call.</summary>
    /// <returns>Whether it came to that; false if it ended before.</returns>
    public bool RunUntil(Actor actor, Func<StorageCall, string, bool> stop)
    {
        while (actor.Next is { } next)
        {
            if (stop(next.Call, next.Name))
            {
                return true;
            }

            Step(actor);
        }

        return false;
    }

    /// <summary>Lets an actor go on to its end.</summary>
    public void Finish(Actor actor)
    {
        RunUntil(actor, (_, _) => false);
        actor.Work.GetAwaiter().GetResult();
    }

    public void Kill(Actor actor)
    {
        HadEvent = true;
        Trace.Add($"{actor.Number} {actor.Plan.Name}: KILLED");
        actor.Kill();
    }

    /// <summary>Buries every lease that stands, as someone does who takes sleepers for dead.</summary>
    public void BuryAll()
    {
        HadEvent = true;
        foreach (ObjectInfo lease in Leases())
        {
            Trace.Add("someone buries " + lease.Name);
            Storage.DeleteAsync(lease.Name, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>The leases that stand.</summary>
    public List<ObjectInfo> Leases()
    {
        List<ObjectInfo> all = Storage.ListAllAsync(StoreNames.Leases, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        all.RemoveAll(o => !StoreNames.TryParseNumbered(StoreNames.Leases, o.Name, out _, out long number) || number > 0);
        return all;
    }

    /// <summary>Asserts that every backup that was there, or was reported, holds what it must, but those removed; and that no actor failed without cause.</summary>
    /// <exception cref="LossException">One does not.</exception>
    public void Check()
    {
        Dictionary<string, string> promised = new(_promised);
        foreach (Actor actor in Actors)
        {
            if (actor.Work.IsFaulted && !actor.IsKilled && actor.Plan.Judge(actor.Work.Exception!.InnerException!, HadEvent) is { } wrong)
            {
                throw new LossException(wrong, Trace);
            }

            if (actor.Work.IsCompletedSuccessfully && actor.Work.Result is { } id)
            {
                promised[id] = actor.Plan.Promise;
            }
        }

        if (PromiseCheck.FindLossAsync(Storage, _home.Credentials, promised, _removed).GetAwaiter().GetResult() is { } loss)
        {
            throw new LossException(loss, Trace);
        }
    }

    public void Dispose()
    {
        foreach (Actor actor in Actors)
        {
            if (!actor.IsDone)
            {
                actor.Kill();
            }

            _ = actor.Work.Exception;
        }
    }
}
