using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Cuts a run at every storage call: before it, after it, and torn in its middle. Nothing that was there before may suffer, and the next run succeeds. An encrypted backup and optimize are cut by <see cref="CrashPoints.Step"/>.</summary>
public sealed class CrashPointTests(ITestOutputHelper output)
{
    public static TheoryData<string> Kinds => [.. Enum.GetNames<FaultKind>()];

    public static TheoryData<string, bool> KindsPlainAndEncrypted
    {
        get
        {
            TheoryData<string, bool> data = [];
            foreach (string kind in Enum.GetNames<FaultKind>())
            {
                data.Add(kind, false);
                data.Add(kind, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(KindsPlainAndEncrypted))]
    public async Task ABackupCutAtAnyCallLosesNothing(string kind, bool encrypted)
    {
        using FaultHome home = await FaultHome.CreateAsync(encrypted: encrypted);
        await CutEverywhereAsync(home, kind, 15, async storage =>
        {
            await using StoreSession session = await StoreCheck.OpenAsync(storage, credentials: home.Credentials);
            VtBackup made = await home.BackupAsync(session, "b");
            return (made.Id, StoreCheck.DescribeLive(home.Source("b")));
        }, StepOf(encrypted));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ABackupUponABaseCutAtAnyCallLosesNothing(string kind)
    {
        using FaultHome home = await FaultHome.CreateAsync(settle: true);
        home.WriteSource("a", 40);
        await CutEverywhereAsync(home, kind, 15, async storage =>
        {
            await using StoreSession session = await StoreCheck.OpenAsync(storage);
            VtBackup made = await home.BackupAsync(session, "a");
            Assert.Equal([home.Kept.Id], made.BasedOn);
            return (made.Id, StoreCheck.DescribeLive(home.Source("a")));
        });
    }

    [Theory]
    [MemberData(nameof(KindsPlainAndEncrypted))]
    public async Task AnOptimizeCutAtAnyCallLosesNothing(string kind, bool encrypted)
    {
        using FaultHome home = await FaultHome.CreateAsync(encrypted: encrypted);
        await CutEverywhereAsync(home, kind, 60, storage => OptimizeAsync(home, storage), StepOf(encrypted));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AnOptimizeThatDeletesCutAtAnyCallLosesNothing(string kind)
    {
        using FaultHome home = await FaultHome.CreateAsync();
        await using (StoreSession session = await StoreCheck.OpenAsync(home.Storage))
        {
            // Files given up while a lease stood: the run that is cut finds them, with one that is needed again among them.
            await using StoreWriter writer = await StoreWriter.OpenAsync(session, "test", CancellationToken.None);
            await using StoreSession other = await StoreCheck.OpenAsync(home.Storage);
            await StoreCheck.OptimizeAsync(other);
            Assert.NotEmpty(await home.Storage.ListAllAsync(StoreNames.Trash, CancellationToken.None));
            await home.BackupAsync(other, "b");
        }

        await CutEverywhereAsync(home, kind, 60, storage => OptimizeAsync(home, storage));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AKeyChangeCutAtAnyCallLeavesTheOldKeyOrTheNewOne(string kind)
    {
        using FaultHome home = await FaultHome.CreateAsync(encrypted: true);
        StoreCredentials next = home.WriteKeyFile("next", 2);
        StoreCredentials last = home.WriteKeyFile("last", 3);
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage, home.Credentials);
        int old = 0;
        int cuts = await CrashPoints.CutAllAsync(
            home.Storage,
            Enum.Parse<FaultKind>(kind),
            async storage =>
            {
                await using StoreSession session = await StoreCheck.OpenAsync(storage, credentials: home.Credentials);
                await KeyOperations.UpdateAsync(session, next, 1000, CancellationToken.None);
                return null;
            },
            async (storage, _) =>
            {
                StoreCredentials opens = home.Credentials!;
                try
                {
                    await (await StoreCheck.OpenAsync(storage, credentials: opens)).DisposeAsync();
                    old++;
                }
                catch (VtException e) when (e.ErrorId == VtErrorId.PasswordIncorrect)
                {
                    opens = next;
                }

                StoreCheck.AssertHolds(before, await StoreCheck.ReadAllAsync(storage, opens));

                // Another change comes to its end, and then only its key opens.
                await using (StoreSession session = await StoreCheck.OpenAsync(storage, credentials: opens))
                {
                    await KeyOperations.UpdateAsync(session, last, 1000, CancellationToken.None);
                }

                await Assert.ThrowsAsync<VtException>(() => StoreCheck.OpenAsync(storage, credentials: opens));
                await CrashPoints.AssertGoesOnAsync(home, storage, before, last);
            });
        output.WriteLine($"{cuts} cut points; after {old} of them the old key opens.");
        Assert.True(cuts >= 10 && old > 0 && old < cuts);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ARepairCutAtAnyCallLosesNothing(string kind)
    {
        using FaultHome home = await FaultHome.CreateAsync(duplicates: true);
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage);
        MemoryStorage damaged = await DamageADuplicateAsync(home.Storage);
        StoreCheck.AssertHolds(before, await StoreCheck.ReadAllAsync(damaged));
        int cuts = await CrashPoints.CutAllAsync(
            damaged,
            Enum.Parse<FaultKind>(kind),
            async storage =>
            {
                await RepairAsync(storage);
                return null;
            },
            async (storage, _) =>
            {
                StoreCheck.AssertHolds(before, await StoreCheck.ReadAllAsync(storage));
                await RepairAsync(storage);
                StoreCheck.AssertHolds(before, await StoreCheck.ReadAllAsync(storage));
                await StoreCheck.TestAsync(storage);
                await CrashPoints.AssertGoesOnAsync(home, storage, before, null);
            });
        output.WriteLine($"{cuts} cut points.");
        Assert.True(cuts >= 20);
    }

    private static async Task<(string Id, string Content)?> OptimizeAsync(FaultHome home, IObjectStorage storage)
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, credentials: home.Credentials);
        await StoreCheck.OptimizeAsync(session);
        return null;
    }

    private static async Task RepairAsync(IObjectStorage storage)
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        RepairPlan plan = await RepairOperation.PlanAsync(session, NullObserver.Instance, CancellationToken.None);
        await RepairOperation.SalvageAsync(session, plan, NullObserver.Instance, CancellationToken.None);
    }

    /// <summary>A copy of a Store in which one record is damaged whose blocks, as far as they are needed, all stand in other data files, too.</summary>
    private static async Task<MemoryStorage> DamageADuplicateAsync(MemoryStorage storage)
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        StoreMarker marker = new(session);
        await marker.MarkAllAsync(CancellationToken.None);
        foreach ((DataFileId file, long length) in (await StoreListing.ReadAsync(storage, CancellationToken.None)).Files)
        {
            foreach (IndexedRecord record in await session.DataFiles.ReadIndexAsync(file, length, null, CancellationToken.None))
            {
                if (!record.Blocks.All(block => session.Index.FindAll(block.Hash).Count > 1 || !marker.Needed.Contains(BlockKey.Of(block.Hash))))
                {
                    continue;
                }

                MemoryStorage damaged = storage.Copy();
                byte[] bytes = await storage.GetAsync(StoreNames.DataFile(file), int.MaxValue, CancellationToken.None);
                bytes[record.Offset + record.Length - 20] ^= 1;
                await damaged.DeleteAsync(StoreNames.DataFile(file), CancellationToken.None);
                await damaged.PutAsync(StoreNames.DataFile(file), "test", bytes, CancellationToken.None);
                return damaged;
            }
        }

        throw new InvalidOperationException("No record holds nothing but duplicates and garbage.");
    }

    /// <summary>A plain Store's runs are cut at every call; so are an encrypted one's in the long form.</summary>
    private static int StepOf(bool encrypted) => encrypted ? CrashPoints.Step : 1;

    private async Task CutEverywhereAsync(FaultHome home, string kind, int minimum, Func<IObjectStorage, Task<(string Id, string Content)?>> run, int step = 1)
    {
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage, home.Credentials);
        int cuts = await CrashPoints.CutAllAsync(home.Storage, Enum.Parse<FaultKind>(kind), run, async (storage, reported) =>
        {
            Dictionary<string, string> after = await StoreCheck.ReadAllAsync(storage, home.Credentials);
            StoreCheck.AssertHolds(before, after);
            if (reported is { } success)
            {
                Assert.Equal(success.Content, after[success.Id]);
            }

            await CrashPoints.AssertGoesOnAsync(home, storage, before, home.Credentials);
        }, step: step);
        output.WriteLine($"{cuts} cut points.");
        Assert.True(cuts >= minimum / step, $"Only {cuts} cut points: the run does less than it should.");
    }
}
