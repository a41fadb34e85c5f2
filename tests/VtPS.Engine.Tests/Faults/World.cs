using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
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

    /// <summary>A run that backs up one of the home's sources.</summary>
    public Actor AddWriter(string source, ProtocolRules? rules = null) => Add("backup of " + source, async storage =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, rules ?? _rules, 1);
        VtBackup made = await _home.BackupAsync(session, source);
        lock (_promised)
        {
            _promised[made.Id] = StoreCheck.DescribeLive(_home.Source(source));
        }

        return made.Id;
    });

    /// <summary>A run that copies the backup of a source out of another Store, in which nobody else is at work.</summary>
    public Actor AddCopy(string source, MemoryStorage other, VtBackup backup) => Add("copy of " + source, async storage =>
    {
        await using StoreSession from = await StoreCheck.OpenAsync(other, parallelism: 1);
        await using StoreSession to = await StoreCheck.OpenAsync(storage, _rules, 1);
        CopyBackupRequest request = new() { Backups = [backup], ThrottleLimit = 1, BlocksAtOnce = 3 };
        if ((await CopyBackupOperation.RunAsync(from, to, request, NullObserver.Instance, CancellationToken.None)).Backups.Count == 0)
        {
            throw new InvalidDataException("The backup was not copied.");
        }

        lock (_promised)
        {
            _promised[backup.Id] = StoreCheck.DescribeLive(_home.Source(source));
        }

        return backup.Id;
    });

    /// <summary>Two optimize runs, one after the other, in one process.</summary>
    public Actor AddOptimize(double unused = 0, ILeaseMemory? memory = null, int runs = 2) => Add("optimize", async storage =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, _rules, 1);
        for (int i = 0; i < runs; i++)
        {
            await StoreCheck.OptimizeAsync(session, unused, memory);
        }

        return null;
    });

    /// <summary>A restore of a backup that is not removed.</summary>
    public Actor AddRestore(VtBackup backup) => Add(
        "restore",
        async storage =>
        {
            await using StoreSession session = await StoreCheck.OpenAsync(storage, _rules, 1);
            return await StoreCheck.DescribeAsync(session, backup) == _promised[backup.Id] ? null : throw new InvalidDataException("The restore gave something else.");
        },
        gateReads: true);

    /// <summary>Someone who removes a backup.</summary>
    public Actor AddRemove(VtBackup backup) => Add("removal", async storage =>
    {
        // From the moment it is asked for nothing is promised of it.
        _removed.Add(backup.Id);
        await FaultHome.RemoveAsync(storage, backup.Id);
        return null;
    });

    /// <summary>Lets an actor make its next call, and checks the Store if that could have harmed it.</summary>
    public void Step(Actor actor)
    {
        (StorageCall call, string name) = actor.Next!.Value;
        Trace.Add($"{actor.Number} {actor.Name}: {call} {name}");
        actor.Step(Seen(call, name));
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
        Trace.Add($"{actor.Number} {actor.Name}: KILLED");
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
        foreach (Actor actor in Actors)
        {
            if (actor.Work.IsFaulted && !actor.IsKilled && !HadEvent)
            {
                throw new LossException($"{actor.Name} failed: {actor.Work.Exception!.InnerException!.Message}", Trace);
            }

            if (actor.Work.IsFaulted && actor.Work.Exception!.InnerException is not (VtException or IOException))
            {
                throw new LossException($"{actor.Name} failed: {actor.Work.Exception!.InnerException}", Trace);
            }

            if (actor.Name == "restore" && actor.Work.IsFaulted && !actor.IsKilled)
            {
                throw new LossException($"The restore failed: {actor.Work.Exception!.InnerException!.Message}", Trace);
            }
        }

        CheckAsync().GetAwaiter().GetResult();
    }

    /// <summary>The state of the world in one number: what stands in the Store, and what each actor has done and seen.</summary>
    public ulong State()
    {
        ulong state = Seen(StorageCall.List, string.Empty);
        foreach (Actor actor in Actors)
        {
            state = Actor.Mix(state, actor.History);
        }

        return state;
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

    private Actor Add(string name, Func<IObjectStorage, Task<string?>> body, bool gateReads = false)
    {
        Actor actor = new(name, Actors.Count, Storage, body, gateReads);
        Actors.Add(actor);
        return actor;
    }

    private async Task CheckAsync()
    {
        await using StoreSession session = await StoreCheck.OpenAsync(Storage);
        Dictionary<string, string> promised;
        lock (_promised)
        {
            promised = new Dictionary<string, string>(_promised);
        }

        foreach ((string id, string content) in promised)
        {
            if (_removed.Contains(id))
            {
                continue;
            }

            string held;
            try
            {
                VtBackup backup = await BackupCatalog.TryReadAsync(session, id, 0, damage => throw damage, CancellationToken.None) ?? throw new VtException(VtErrorId.BackupNotFound, "It is gone.", id);
                held = await StoreCheck.DescribeAsync(session, backup);
            }
            catch (VtException e)
            {
                throw new LossException($"Backup {id} is lost: {e.Message}", Trace);
            }

            if (held != content)
            {
                throw new LossException($"Backup {id} holds something else.", Trace);
            }
        }
    }

    private ulong Seen(StorageCall call, string name)
    {
        if (call is not (StorageCall.List or StorageCall.Look))
        {
            return 0;
        }

        ulong seen = 0;
        foreach (ObjectInfo info in Storage.ListAllAsync(string.Empty, CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            if (call == StorageCall.List ? info.Name.StartsWith(name, StringComparison.Ordinal) : info.Name == name)
            {
                seen += Actor.Hash(info.Name);
            }
        }

        return seen;
    }
}
