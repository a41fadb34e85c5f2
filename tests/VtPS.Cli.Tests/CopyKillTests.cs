using System.Globalization;
using VtPS.Engine.Stores;
using Xunit.Abstractions;

namespace VtPS.Cli.Tests;

/// <summary>
/// <c>vt copy</c> of several backups to a Store behind <c>vt serve</c>, either of them ended by SIGKILL at random moments, and run again: 6 kills; 100 where VT_TEST_LONG is 1.
/// After each the Store is sound, and in the end it holds every backup and no block twice.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CopyKillTests(ITestOutputHelper output) : Workplace
{
    private const int SignalKill = 9;
    private const int Backups = 4;

    private string There => At("there");

    [LinuxFact]
    public async Task Killed_at_either_end_a_copy_goes_on_from_what_was_finished()
    {
        int kills = Environment.GetEnvironmentVariable("VT_TEST_LONG") == "1" ? 100 : 6;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("VT_TEST_SEED"), CultureInfo.InvariantCulture, out int given) ? given : 1;
        Random random = new(seed);
        MakeStore();
        for (int i = 0; i < Backups; i++)
        {
            WriteFile($"src/{i}/large", RandomBytes(i + 1, 6_000_000));
            WriteFile($"src/{i}/small", RandomBytes(i + 100, 3000));
            BackUp(At("src"));
        }

        int[] killed = new int[2];
        int whole = 0;
        Succeed("init", "--store", There);
        for (int round = 0; killed.Sum() < kills; round++)
        {
            Assert.True(round < kills * 4, $"Of {round} copies only {killed.Sum()} were still there to be killed.");
            using VtProcess service = Start("serve", "--socket", At($"s{round}"), "--store", There);
            WaitFor(() => File.Exists(At($"s{round}")));
            using VtProcess client = Start("copy", "--all", "--store", StorePath, "--to", "unix://" + At($"s{round}"));
            await Task.Delay(random.Next(200, 1200));
            if (!client.HasExited)
            {
                int victim = random.Next(2);
                (victim == 0 ? service : client).Signal(SignalKill);
                killed[victim]++;
            }

            VtRun run = client.Wait();
            Assert.True(run.ExitCode is 0 or 128 + SignalKill || run.ErrorIds.SequenceEqual(["PeerUnreachable"]), run.ToString());
            if (!service.HasExited)
            {
                service.Signal(SignalKill);
            }

            service.Wait();
            Succeed("verify", "--data", "--store", There);
            if (run.ExitCode == 0)
            {
                await CheckAsync();
                Directory.Delete(There, recursive: true);
                Succeed("init", "--store", There);
                whole++;
            }
        }

        Succeed("copy", "--all", "--store", StorePath, "--to", There);
        await CheckAsync();
        output.WriteLine($"Seed {seed}: killed {killed[0]} times the serving side and {killed[1]} times the copy; {whole} copies came to their end before.");
    }

    /// <summary>All backups are there and restore, and no two finished data files have the same block.</summary>
    private async Task CheckAsync()
    {
        Assert.Equal(Backups, Succeed("backups", "--json", "--store", There).Json.GetArrayLength());
        Succeed("restore", "latest", "--to", At("out"), "--store", There);
        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
        Directory.Delete(At("out"), recursive: true);

        await using StoreSession session = await StoreSession.OpenAsync(new StoreAddress(There), new MemoryBlockIndexFactory(), default);
        HashSet<VtHash> seen = [];
        foreach (string file in Directory.GetFiles(Path.Combine(There, "data"), "*.vtd", SearchOption.AllDirectories))
        {
            Assert.True(DataFileId.TryParse(Path.GetFileNameWithoutExtension(file), out DataFileId id));
            foreach (IndexedRecord record in await session.DataFiles.ReadIndexAsync(id, new FileInfo(file).Length, Assert.Fail, default))
            {
                Assert.All(record.Blocks, block => Assert.True(seen.Add(block.Hash), $"{block.Hash} was sent again."));
            }
        }
    }
}
