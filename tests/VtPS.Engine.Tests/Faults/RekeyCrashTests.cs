using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Cuts the rewrite under a new key at every storage call alone and by <see cref="CrashPoints.Step"/> beside a backup: a new rewrite finishes, and nothing that was there before suffers.</summary>
public sealed class RekeyCrashTests(ITestOutputHelper output)
{
    public static TheoryData<string> Kinds => [.. Enum.GetNames<FaultKind>()];

    /// <summary>How a run is cut, and the call that the backup beside it waits to make meanwhile.</summary>
    public static TheoryData<string, string> Places
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (FaultKind kind in (FaultKind[])[FaultKind.DieBefore, FaultKind.DieAfter])
            {
                data.Add(kind.ToString(), StoreNames.Data);
                data.Add(kind.ToString(), StoreNames.Backups);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task ARekeyCutAtAnyCallLosesNothingAndIsFinishedByTheNext(string kind)
    {
        using FaultHome home = await ChangedHomeAsync();
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage, home.Credentials);
        int finished = 0;
        int cuts = await CrashPoints.CutAllAsync(
            home.Storage,
            Enum.Parse<FaultKind>(kind),
            storage => RekeyAsync(home, storage),
            async (storage, _) =>
            {
                finished += await IsFinishedAsync(storage) ? 1 : 0;
                await AssertSoundAsync(home, storage, before);
                await FinishAsync(home, storage);
                await CrashPoints.AssertGoesOnAsync(home, storage, before, home.Credentials);
            });
        output.WriteLine($"{cuts} cut points; after {finished} of them the rewrite was finished.");
        Assert.True(cuts >= 60 && finished > 0 && finished < cuts);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task ARekeyCutBesideABackupLosesNeither(string kind, string place)
    {
        using FaultHome home = await ChangedHomeAsync();
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage, home.Credentials);
        Actor? writer = null;
        int cuts = await CrashPoints.CutAllAsync(
            home.Storage,
            Enum.Parse<FaultKind>(kind),
            storage => RekeyAsync(home, storage),
            async (storage, _) =>
            {
                StoreCheck.AssertHolds(before, await StoreCheck.ReadAllAsync(storage, home.Credentials));
                Dictionary<string, string> promised = new(before);
                while (writer!.Next is not null)
                {
                    writer.Step();
                }

                promised[(await writer.Work)!] = writer.Plan.Promise;
                await FinishAsync(home, storage);
                await CrashPoints.AssertGoesOnAsync(home, storage, promised, home.Credentials);
            },
            storage =>
            {
                writer = new Actor(0, storage, ActorPlan.Backup(home, "b", ProtocolRules.All));
                while (writer.Next is not { Call: StorageCall.Commit } next || !next.Name.StartsWith(place, StringComparison.Ordinal))
                {
                    writer.Step();
                }
            },
            CrashPoints.Step);
        writer!.Kill();
        output.WriteLine($"{cuts} cut points, with a backup that is about to put into {place}");
        Assert.True(cuts >= 60 / CrashPoints.Step);
    }

    private static async Task<FaultHome> ChangedHomeAsync()
    {
        FaultHome home = await FaultHome.CreateAsync(encrypted: true);
        await home.ChangeKeyAsync();
        return home;
    }

    private static async Task<(string Id, string Content)?> RekeyAsync(FaultHome home, IObjectStorage storage)
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, credentials: home.Credentials);
        await StoreCheck.RekeyAsync(session);
        return null;
    }

    private static async Task<bool> IsFinishedAsync(MemoryStorage storage) => (await KeyListing.ReadAsync(storage, CancellationToken.None)).IsRekeyed;

    /// <summary>A rewrite comes to its end: from then on nothing of the old key is left but the backups' own records.</summary>
    private static async Task FinishAsync(FaultHome home, MemoryStorage storage)
    {
        await using (StoreSession session = await StoreCheck.OpenAsync(storage, credentials: home.Credentials))
        {
            Assert.True(await StoreCheck.RekeyAsync(session));
        }

        await using StoreSession again = await StoreCheck.OpenAsync(storage, credentials: home.Credentials);
        Assert.Equal(again.Keys!.Current.Epoch, again.Keys.Minimum);
        foreach (ObjectInfo info in await storage.ListAllAsync(StoreNames.Data, CancellationToken.None))
        {
            Assert.True(StoreNames.TryParseDataFile(info.Name, out DataFileId file));
            Assert.Equal(again.Keys.Current.Epoch, await again.DataFiles.ReadEpochAsync(file, CancellationToken.None));
        }

        string[] names = [.. (await KeyListing.ReadAsync(storage, CancellationToken.None)).EpochNames.Order(StringComparer.Ordinal)];
        Assert.Equal([EpochRecord.NameOf(2, false), EpochRecord.NameOf(2, true)], names);
    }

    private static async Task AssertSoundAsync(FaultHome home, MemoryStorage storage, Dictionary<string, string> promised)
    {
        await StoreCheck.TestAsync(storage, home.Credentials);
        StoreCheck.AssertHolds(promised, await StoreCheck.ReadAllAsync(storage, home.Credentials));
    }
}
