using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Copies;
using VtPS.Engine.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// Cuts a move at every storage call of its destination (by <see cref="CrashPoints.Step"/> where that is encrypted), and cuts the power there at every step. The backup is then whole in the source, or else whole in the destination; the
/// next copy brings it, and sends no block again that stands in a finished data file.
/// </summary>
public sealed class CopyCrashTests(ITestOutputHelper output)
{
    public static TheoryData<string, bool> Kinds => CrashPointTests.KindsPlainAndEncrypted;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AMoveCutAtAnyCallOfItsDestinationLosesNothing(string kind, bool encrypted)
    {
        using CopyHome home = await CopyHome.CreateAsync(encryptDestination: encrypted);
        (VtBackup[] backups, Dictionary<string, string> contents) = await BackUpAsync(home);
        long blocks = await CountAsync(home, home.Destination);
        MemoryStorage source = home.Source;
        int step = encrypted ? CrashPoints.Step : 1;
        int cuts = await CrashPoints.CutAllAsync(
            home.Destination,
            Enum.Parse<FaultKind>(kind),
            async destination =>
            {
                source = home.Source.Copy();
                await MoveAsync(home, backups, source, destination);
                return null;
            },
            (destination, _) => CheckAsync(home, backups, contents, source, destination, blocks),
            step: step);
        output.WriteLine($"{cuts} cut points.");
        Assert.True(cuts >= 30 / step, $"Only {cuts} cut points: the run does less than it should.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task APowerCutAtTheDestinationLosesNothingUnlessFoldersAreNotFlushed(bool flushesFolders)
    {
        using CopyHome home = await CopyHome.CreateAsync();
        (VtBackup[] backups, Dictionary<string, string> contents) = await BackUpAsync(home);
        long blocks = await CountAsync(home, home.Destination);
        PowerCutStorage start = await PowerCutStorage.OfAsync(home.Destination, flushesFolders: flushesFolders);
        Task<(int Kills, int Cuts)> run = CutEverywhereAsync(home, backups, contents, blocks, start);
        if (flushesFolders)
        {
            (int kills, int cuts) = await run;
            output.WriteLine($"{kills} kills, {cuts} power cuts.");
            Assert.True(kills >= 20 && cuts > kills);
        }
        else
        {
            await Assert.ThrowsAnyAsync<InvalidOperationException>(() => run);
        }
    }

    private static async Task<(int Kills, int Cuts)> CutEverywhereAsync(
        CopyHome home, VtBackup[] backups, Dictionary<string, string> contents, long blocks, PowerCutStorage start)
    {
        int cuts = 0;
        for (int at = 1; ; at++)
        {
            PowerCutStorage destination = start.Copy(at);
            MemoryStorage source = home.Source.Copy();
            try
            {
                await MoveAsync(home, backups, source, destination);
            }
            catch (Exception e) when (e is VtException or IOException && destination.KilledBefore is not null)
            {
            }

            for (long keep = 0; keep < 1L << Math.Min(destination.Pending, 3); keep++)
            {
                // Beyond a few changes: all or nothing of the later ones.
                long mask = destination.Pending > 3 && (keep & 4) != 0 ? keep | ~7L : keep;
                cuts++;
                try
                {
                    await CheckAsync(home, backups, contents, source.Copy(), destination.Cut(mask, (cuts % 3) / 2.0), blocks);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"Power cut before '{destination.KilledBefore}' (step {at}), kept {mask:b}: {e.Message}", e);
                }
            }

            if (destination.KilledBefore is null)
            {
                return (at - 1, cuts);
            }
        }
    }

    /// <summary>Two backups that share most, and what each holds; the destination has a third one.</summary>
    private static async Task<(VtBackup[] Backups, Dictionary<string, string> Contents)> BackUpAsync(CopyHome home)
    {
        Dictionary<string, string> contents = [];
        home.Temp.WriteFile("src/a/1", TestContent.Random(300, 1));
        home.Temp.WriteFile("src/b/2", TestContent.Random(301, 2));
        VtBackup there = await home.BackupAsync();
        contents[there.Id] = home.DescribeTree();
        await home.CopyAsync([there]);
        await home.Source.DeleteAsync(StoreNames.Backup(there.Id), default);
        home.Temp.WriteFile("src/a/3", TestContent.Random(302, 3));
        VtBackup first = await home.BackupAsync();
        contents[first.Id] = home.DescribeTree();
        home.Temp.WriteFile("src/b/4", TestContent.Random(303, 4));
        VtBackup second = await home.BackupAsync();
        contents[second.Id] = home.DescribeTree();
        return ([first, second], contents);
    }

    private static Task<CopyBackupResult> MoveAsync(CopyHome home, VtBackup[] backups, IObjectStorage source, IObjectStorage destination) =>
        home.CopyAsync(backups, r => r with { Move = true, ThrottleLimit = 1 }, source: source, destination: destination);

    private static async Task<long> CountAsync(CopyHome home, IObjectStorage destination)
    {
        await using StoreSession session = await home.OpenDestinationAsync(destination);
        return session.Index.CountBlocks();
    }

    private static async Task CheckAsync(
        CopyHome home, VtBackup[] backups, Dictionary<string, string> contents, MemoryStorage source, MemoryStorage destination, long blocksBefore)
    {
        Dictionary<string, string> here = await StoreCheck.ReadAllAsync(source, home.SourceKey);
        Dictionary<string, string> there = await StoreCheck.ReadAllAsync(destination, home.DestinationKey);
        foreach ((string id, string content) in contents)
        {
            Assert.True(here.ContainsKey(id) || there.ContainsKey(id), $"Backup {id} is gone.");
            Assert.Equal(content, here.GetValueOrDefault(id, content));
            Assert.Equal(content, there.GetValueOrDefault(id, content));
        }

        // The next one goes on: only what no finished data file has is sent.
        long kept = await CountAsync(home, destination);
        Assert.True(kept >= blocksBefore);
        CopyBackupResult again = await MoveAsync(home, [.. backups.Where(b => here.ContainsKey(b.Id))], source, destination);
        Assert.Equal(0, again.Failed);
        Assert.Equal(await CountAsync(home, destination), kept + again.Backups.Sum(b => b.Blocks));
        Assert.Empty(await StoreCheck.ReadAllAsync(source, home.SourceKey));
        await StoreCheck.SweepAllAsync(destination, home.DestinationKey);
        Assert.Equal(contents.OrderBy(c => c.Key), (await StoreCheck.ReadAllAsync(destination, home.DestinationKey)).OrderBy(c => c.Key));
    }
}
