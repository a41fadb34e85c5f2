using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Cuts a run at every storage call in turn, or at every third.</summary>
internal static class CrashPoints
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How far the calls that are cut are from each other in the short form where another test cuts nearly the same run at every call. Kinds of faults that follow each
    /// other begin at calls that do, so that three of them together leave none out.
    /// </summary>
    public static int Step { get; } = LongRun.IsOn ? 1 : 3;

    /// <summary>Runs again and again, each time with the fault at a later call, until a run comes to its end without meeting it.</summary>
    /// <param name="start">The Store as it is before each run.</param>
    /// <param name="kind">The fault.</param>
    /// <param name="run">The run; the backup that it reports, with what that must hold, or null.</param>
    /// <param name="check">Looks at what is left, and at what was reported.</param>
    /// <param name="before">What is done to the Store before each run, by another process; null for nothing.</param>
    /// <param name="step">How far the calls that are cut are from each other: 1 or <see cref="Step"/>.</param>
    /// <returns>How many calls the run was cut at.</returns>
    public static async Task<int> CutAllAsync(
        MemoryStorage start,
        FaultKind kind,
        Func<IObjectStorage, Task<(string Id, string Content)?>> run,
        Func<MemoryStorage, (string Id, string Content)?, Task> check,
        Action<MemoryStorage>? before = null,
        int step = 1)
    {
        int cuts = 0;
        for (int at = 1 + ((int)kind % step); ; at += step, cuts++)
        {
            MemoryStorage storage = start.Copy();
            before?.Invoke(storage);
            FaultyStorage faulty = new(storage) { FaultAt = at, Kind = kind };
            (string Id, string Content)? reported = null;
            bool succeeded = false;
            try
            {
                reported = await run(faulty).WaitAsync(TimeLimit);
                succeeded = true;
            }
            catch (Exception e) when (e is VtException or IOException)
            {
            }

            if (faulty.FaultedCall is null)
            {
                Assert.True(succeeded);
                return cuts;
            }

            await faulty.KillAsync();
            try
            {
                await check(storage, reported);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"After {kind} at call {at}, {faulty.FaultedCall}: {e.Message}", e);
            }
        }
    }

    /// <summary>The next backup succeeds, and an optimize leaves nothing that no backup needs.</summary>
    public static async Task AssertGoesOnAsync(FaultHome home, MemoryStorage storage, Dictionary<string, string> before, StoreCredentials? credentials)
    {
        Dictionary<string, string> promised = new(before);
        await using (StoreSession session = await StoreCheck.OpenAsync(storage, credentials: credentials))
        {
            promised[(await home.BackupAsync(session, "c")).Id] = StoreCheck.DescribeLive(home.Source("c"));
        }

        await StoreCheck.SweepAllAsync(storage, credentials);
        StoreCheck.AssertHolds(promised, await StoreCheck.ReadAllAsync(storage, credentials));
    }
}
