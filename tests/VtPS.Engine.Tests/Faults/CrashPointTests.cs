using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Cuts a run at every storage call: before it, after it, and torn in its middle. Nothing that was there before may suffer, and the next run succeeds.</summary>
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Kinds => [.. Enum.GetNames<FaultKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task ABackupCutAtAnyCallLosesNothing(string kind) => CutEverywhereAsync(Enum.Parse<FaultKind>(kind), 15, async (home, storage) =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        VtBackup made = await home.BackupAsync(session, "b");
        return (made.Id, StoreCheck.DescribeLive(home.Source("b")));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task AnOptimizeCutAtAnyCallLosesNothing(string kind) => CutEverywhereAsync(Enum.Parse<FaultKind>(kind), 60, async (home, storage) =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        await StoreCheck.OptimizeAsync(session);
        return null;
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task AnOptimizeThatDeletesCutAtAnyCallLosesNothing(string kind) => CutEverywhereAsync(
        Enum.Parse<FaultKind>(kind),
        60,
        async (home, storage) =>
        {
            await using StoreSession session = await StoreCheck.OpenAsync(storage);
            await StoreCheck.OptimizeAsync(session);
            return null;
        },
        async (home, storage) =>
        {
            // Files given up while a lease stood: the run that is cut finds them, with one that is still needed among them.
            await using StoreSession session = await StoreCheck.OpenAsync(storage);
            await using StoreWriter writer = await StoreWriter.OpenAsync(session, "test", CancellationToken.None);
            await using StoreSession other = await StoreCheck.OpenAsync(storage);
            await StoreCheck.OptimizeAsync(other);
            Assert.NotEmpty(await storage.ListAllAsync(StoreNames.Trash, CancellationToken.None));
            await home.BackupAsync(other, "b");
        });

    private async Task CutEverywhereAsync(
        FaultKind kind, int minimum, Func<FaultHome, IObjectStorage, Task<(string Id, string Content)?>> run, Func<FaultHome, IObjectStorage, Task>? prepare = null)
    {
        using FaultHome home = await FaultHome.CreateAsync();
        if (prepare is not null)
        {
            await prepare(home, home.Storage);
        }

        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage);
        int cuts = 0;
        for (int at = 1; ; at++)
        {
            MemoryStorage storage = home.Storage.Copy();
            FaultyStorage faulty = new(storage) { FaultAt = at, Kind = kind };
            (string Id, string Content)? reported = null;
            bool succeeded = false;
            try
            {
                reported = await run(home, faulty).WaitAsync(TimeLimit);
                succeeded = true;
            }
            catch (Exception e) when (e is VtException or IOException)
            {
            }

            if (faulty.FaultedCall is null)
            {
                Assert.True(succeeded);
                break;
            }

            cuts++;
            await faulty.KillAsync();
            try
            {
                await CheckAsync(home, storage, before, reported);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"After {kind} at call {at}, {faulty.FaultedCall}: {e.Message}", e);
            }
        }

        output.WriteLine($"{cuts} cut points.");
        Assert.True(cuts >= minimum, $"Only {cuts} cut points: the run does less than it should.");
    }

    private static async Task CheckAsync(FaultHome home, MemoryStorage storage, Dictionary<string, string> before, (string Id, string Content)? reported)
    {
        Dictionary<string, string> after = await StoreCheck.ReadAllAsync(storage);
        foreach ((string id, string content) in before)
        {
            Assert.Equal(content, after[id]);
        }

        if (reported is { } success)
        {
            Assert.Equal(success.Content, after[success.Id]);
        }

        string next;
        await using (StoreSession session = await StoreCheck.OpenAsync(storage))
        {
            next = (await home.BackupAsync(session, "c")).Id;
        }

        await StoreCheck.SweepAllAsync(storage);
        after = await StoreCheck.ReadAllAsync(storage);
        Assert.Equal(StoreCheck.DescribeLive(home.Source("c")), after[next]);
        foreach ((string id, string content) in before)
        {
            Assert.Equal(content, after[id]);
        }
    }
}
