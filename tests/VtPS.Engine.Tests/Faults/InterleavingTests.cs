using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Searches the interleavings of writers, optimize runs, a restore and a removal, with crashes and wrong burials, for one that loses a backup.</summary>
[Collection(SearchCollection.Name)]
public sealed class InterleavingTests(ITestOutputHelper output)
{
    /// <summary>Stands among the writers for a copy of source b out of another Store.</summary>
    private const char Copy = '>';

    /// <summary>Name, writers, optimize runs, whether a restore and a removal of its base run too, kills, burials, bound on preemptions.</summary>
    public static TheoryData<string, string, int, bool, bool, int, int, int> Worlds => new()
    {
        { "one writer", "b", 1, false, false, 0, 0, 1 },
        { "two writers and a removal", "ba", 1, false, true, 0, 0, 1 },
        { "a writer and two optimizes", "b", 2, false, false, 0, 0, 1 },
        { "a wrong burial", "b", 1, false, false, 0, 1, 1 },
        { "a wrong burial and the base removed", "a", 1, false, true, 0, 1, 1 },
        { "a crash", "b", 1, false, false, 1, 0, 1 },
        { "a restore beside two optimizes", "", 2, true, false, 0, 0, 1 },
        { "a copy, a wrong burial and a backup removed that shares blocks", ">", 1, false, true, 0, 1, 1 },
        { "everything", "ba", 2, true, true, 1, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public async Task NoScheduleLosesABackup(string name, string writers, int optimizes, bool restore, bool remove, int kills, int burials, int preemptions)
    {
        using FaultHome home = await FaultHome.CreateAsync(settle: true, duplicates: true);
        InterleavingSearch search = await CreateAsync(home, ProtocolRules.All, writers, optimizes, restore, remove, kills, burials);
        bool all = search.Explore(preemptions + (LongRun.IsOn ? 1 : 0), LongRun.Time(3, 240));
        output.WriteLine($"{name}: {(all ? "all" : "not all")} schedules of at most {preemptions + (LongRun.IsOn ? 1 : 0)} preemptions: {search.Schedules} schedules, {search.States} states, {search.Steps} calls, {search.Diverged} diverged.");
        Assert.True(search.Diverged * 10 <= search.Schedules, "Replays do not follow the schedules.");
        InterleavingSearch walks = await CreateAsync(home, ProtocolRules.All, writers, optimizes, restore, remove, kills, burials);
        walks.Walk(LongRun.Seed, LongRun.Time(2, 120), least: 6);
        output.WriteLine($"{name}: {walks.Schedules} random walks from seed {LongRun.Seed}, {walks.Steps} calls.");
        Assert.True(walks.Schedules > 5);
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
        InterleavingSearch search = await CreateAsync(home, rules, "b", 1, false, false, 0, rule == nameof(ProtocolRules.LookAtLease) ? 1 : 0);
        LossException loss = Assert.Throws<LossException>(() =>
        {
            for (int bound = 1; bound <= 3; bound++)
            {
                search.Explore(bound, TimeSpan.FromMinutes(10));
            }
        });
        output.WriteLine($"Found after {search.Schedules} schedules, {search.States} states, {search.Steps} calls.\n{loss.Message}");
        Assert.Contains("is lost", loss.Message, StringComparison.Ordinal);
    }

    private static async Task<InterleavingSearch> CreateAsync(
        FaultHome home, ProtocolRules rules, string writers, int optimizes, bool restore, bool remove, int kills, int burials)
    {
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage);
        (MemoryStorage other, VtBackup backup) = writers.Contains(Copy) ? await home.CreateOtherAsync("b") : default;
        return new InterleavingSearch(
            () =>
            {
                World world = new(home, rules, before);
                foreach (char source in writers)
                {
                    _ = source == Copy ? world.AddCopy("b", other, backup) : world.AddWriter(source.ToString());
                }

                for (int i = 0; i < optimizes; i++)
                {
                    world.AddOptimize();
                }

                if (restore)
                {
                    world.AddRestore(remove ? home.AlsoKept : home.Kept);
                }

                if (remove)
                {
                    world.AddRemove(home.Kept);
                }

                return world;
            },
            kills,
            burials);
    }
}
