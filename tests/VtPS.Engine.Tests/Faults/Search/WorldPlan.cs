using VtPS.Engine.Backups;
using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>A Store, the actors that work on it at once, and the events that may come between their calls.</summary>
internal sealed class WorldPlan
{
    private readonly List<ActorPlan> _actors = [];
    private readonly HashSet<string> _removed = [];

    private WorldPlan(FaultHome home, ProtocolRules rules, Dictionary<string, string> promised)
    {
        Home = home;
        Rules = rules;
        Promised = promised;
    }

    /// <summary>Where the Store and its sources are.</summary>
    public FaultHome Home { get; }

    /// <summary>The rules of deletion that all actors keep.</summary>
    public ProtocolRules Rules { get; }

    public IReadOnlyList<ActorPlan> Actors => _actors;

    /// <summary>The Store's objects at the start.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Objects { get; private init; } = [];

    /// <summary>What its backups hold, by id.</summary>
    public Dictionary<string, string> Promised { get; }

    /// <summary>The backups that an actor removes.</summary>
    public IReadOnlySet<string> Removed => _removed;

    /// <summary>The Store's keys; null in a plain one.</summary>
    public KeyRing? Keys { get; private init; }

    /// <summary>How many actors may be killed in one schedule.</summary>
    public int Kills { get; private init; }

    /// <summary>How many leases may be buried in one schedule.</summary>
    public int Burials { get; private init; }

    /// <summary>Makes a world.</summary>
    /// <param name="home">Where the Store and its sources are.</param>
    /// <param name="rules">The rules of deletion that all actors keep.</param>
    /// <param name="actors">Words: a source that is backed up, or optimize (twice over), optimize1 (once), restore, removal (of the first backup), rekey, copy (of a backup of b out of another Store).</param>
    /// <param name="kills">How many actors may be killed in one schedule.</param>
    /// <param name="burials">How many leases may be buried in one schedule.</param>
    public static async Task<WorldPlan> CreateAsync(FaultHome home, ProtocolRules rules, string actors, int kills, int burials)
    {
        List<(string, byte[])> objects = [];
        foreach (ObjectInfo info in await home.Storage.ListAllAsync(string.Empty, CancellationToken.None))
        {
            objects.Add((info.Name, await home.Storage.GetAsync(info.Name, int.MaxValue, CancellationToken.None)));
        }

        await using StoreSession session = await StoreCheck.OpenAsync(home.Storage, credentials: home.Credentials);
        WorldPlan world = new(home, rules, await StoreCheck.ReadAllAsync(home.Storage, home.Credentials)) { Objects = objects, Keys = session.Keys, Kills = kills, Burials = burials };
        string[] words = actors.Split(' ');
        if (words.Contains("removal"))
        {
            world._removed.Add(home.Kept.Id);
        }

        HashSet<string> settled = [.. world.Promised.Keys.Where(id => !world._removed.Contains(id)).Select(StoreNames.Backup)];
        if (!words.Contains("rekey"))
        {
            settled.Add(StoreNames.Keys);
        }

        (MemoryStorage other, VtBackup backup) = await home.CreateOtherAsync("b");
        world._actors.AddRange(words.Select(word => (word == "copy" ? ActorPlan.Copy(home, "b", other, backup, rules) : world.PlanOf(word)) with { Settled = settled }));
        return world;
    }

    private ActorPlan PlanOf(string word) => word switch
    {
        "optimize" => ActorPlan.Optimize(Home, Rules),
        "optimize1" => ActorPlan.Optimize(Home, Rules, runs: 1),
        "restore" => ActorPlan.Restore(Home, Rules, Home.AlsoKept, Promised[Home.AlsoKept.Id]),
        "removal" => ActorPlan.Remove(Home, Rules, Home.Kept),
        "rekey" => ActorPlan.Rekey(Home, Rules),
        _ => ActorPlan.Backup(Home, word, Rules),
    };
}
