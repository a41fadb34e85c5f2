using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults.Search;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Searches the interleavings of writers, a copy, optimize runs, a restore, a removal and a rewrite under a new key, with crashes and wrong burials, for one that loses a backup.</summary>
[Collection(SearchCollection.Name)]
public sealed class InterleavingTests(ITestOutputHelper output, SearchHomes homes) : IClassFixture<SearchHomes>
{
    /// <summary>Home, actors, kills, burials, and the bounds on preemptions that the short form and the long one exhaust.</summary>
    public static TheoryData<string, string, int, int, int, int> Worlds => new()
    {
        { "plain", "b optimize", 0, 0, 1, 3 },
        { "plain", "b optimize", 1, 0, 1, 3 },
        { "plain", "b optimize", 0, 1, 1, 2 },
        { "plain", "b a optimize removal", 0, 0, 1, 2 },
        { "plain", "b optimize optimize", 0, 0, 1, 2 },
        { "plain", "a optimize removal", 0, 1, 1, 2 },
        { "plain", "restore optimize optimize", 0, 0, 1, 2 },
        { "plain", "copy optimize removal", 0, 1, 1, 2 },
        { "plain", "b optimize restore removal", 1, 1, 0, 1 },
        { "plain", "b a optimize optimize restore removal", 0, 0, 0, 1 },
        { "plain", "b a optimize optimize restore removal", 1, 1, 0, 0 },
        { "encrypted", "b optimize", 1, 1, 1, 2 },
        { "rekey", "b rekey", 0, 0, 1, 3 },
        { "rekey", "b rekey optimize", 1, 1, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public async Task NoScheduleLosesABackup(string home, string actors, int kills, int burials, int preemptions, int manyPreemptions)
    {
        WorldPlan plan = await WorldPlan.CreateAsync(await homes.GetAsync(home), ProtocolRules.All, actors, kills, burials);
        int bound = LongRun.Count(preemptions, manyPreemptions);
        string name = Name(home, actors, kills, burials);
        using (InterleavingSearch search = new(plan))
        {
            bool all = search.Explore(bound, LongRun.Time(120, 1800));
            output.WriteLine($"{name}: {(all ? "all" : "NOT all")} schedules of at most {bound} preemptions: {search.Figures}.");
            Assert.True(all, $"The bound of {bound} preemptions is not exhausted in time: {search.Figures}.");
        }
    }

    public static TheoryData<string, string, int, int> Walks
    {
        get
        {
            TheoryData<string, string, int, int> walks = [];
            foreach (object[] world in Worlds)
            {
                walks.Add((string)world[0], (string)world[1], (int)world[2], (int)world[3]);
            }

            return walks;
        }
    }

    [Theory]
    [MemberData(nameof(Walks))]
    public async Task NoRandomScheduleLosesABackup(string home, string actors, int kills, int burials)
    {
        RandomWalks walks = new(await WorldPlan.CreateAsync(await homes.GetAsync(home), ProtocolRules.All, actors, kills, burials));
        walks.Walk(LongRun.Seed, LongRun.Time(1, 30), least: 6);
        output.WriteLine($"{Name(home, actors, kills, burials)}: {walks.Count} random walks from seed {LongRun.Seed}, {walks.Steps} calls.");
        Assert.True(walks.Count > 5);
    }

    public static TheoryData<string> Rules =>
    [
        nameof(ProtocolRules.TrashBeforeFiles), nameof(ProtocolRules.WaitForNotes), nameof(ProtocolRules.LookAtLease),
        nameof(ProtocolRules.SaveBeforeDeletion), nameof(ProtocolRules.LeasesBeforeBackups),
    ];

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task WithoutAnyOneRuleTheSearchFindsALoss(string rule)
    {
        ProtocolRules rules = rule switch
        {
            nameof(ProtocolRules.TrashBeforeFiles) => new() { TrashBeforeFiles = false },
            nameof(ProtocolRules.WaitForNotes) => new() { WaitForNotes = false },
            nameof(ProtocolRules.LookAtLease) => new() { LookAtLease = false },
            nameof(ProtocolRules.SaveBeforeDeletion) => new() { SaveBeforeDeletion = false },
            _ => new() { LeasesBeforeBackups = false },
        };
        using FaultHome home = await FaultHome.CreateAsync();
        using InterleavingSearch search = new(await WorldPlan.CreateAsync(home, rules, "b optimize", 0, rule == nameof(ProtocolRules.LookAtLease) ? 1 : 0));
        LossException loss = Assert.Throws<LossException>(() =>
        {
            for (int bound = 1; bound <= 3; bound++)
            {
                search.Explore(bound, TimeSpan.FromMinutes(10));
            }
        });
        output.WriteLine($"Found: {search.Figures}.\n{loss.Message}");
        Assert.Contains("is lost", loss.Message, StringComparison.Ordinal);
    }

    private static string Name(string home, string actors, int kills, int burials) => $"{home}: {actors}, {kills} kills, {burials} burials";
}
