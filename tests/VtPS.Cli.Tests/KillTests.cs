using System.Globalization;
using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using Xunit.Abstractions;

namespace VtPS.Cli.Tests;

/// <summary>Real vt processes, ended by SIGKILL at random moments while another one writes too. 15 kills; 200 where VT_TEST_LONG is 1.</summary>
public sealed class KillTests(ITestOutputHelper output) : Workplace
{
    private const int SignalKill = 9;

    [LinuxFact]
    public async Task Kills_at_random_moments_lose_nothing()
    {
        int kills = Environment.GetEnvironmentVariable("VT_TEST_LONG") == "1" ? 200 : 15;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("VT_TEST_SEED"), CultureInfo.InvariantCulture, out int given) ? given : 1;
        Random random = new(seed);
        MakeStore();
        WriteFile("kept/a", RandomBytes(1, 400_000));
        WriteFile("kept/b", "b");
        List<(string Id, string Name, string Content)> promised = [(BackUp("kept"), "kept", Snapshot("kept"))];
        int died = 0;
        for (int i = 0; i < kills; i++)
        {
            Change(random, "one");
            Change(random, "two");
            using VtProcess one = Start("backup", "one", "--store", StorePath, "--json");
            using VtProcess two = i % 2 == 1
                ? Start("prune", "--keep-last", "3", "--store", StorePath)
                : Start("backup", "two", "--store", StorePath, "--json");
            Thread.Sleep(random.Next(60, 900));
            VtProcess victim = random.Next(2) == 0 ? one : two;
            if (!victim.HasExited)
            {
                victim.Signal(SignalKill);
                died++;
            }

            Note(one.Wait(), "one", promised);
            if (i % 2 == 0)
            {
                Note(two.Wait(), "two", promised);
            }
            else
            {
                two.Wait();
            }

            await CheckAsync(promised, optimize: i % 3 == 2);
        }

        // A new run succeeds, and what is left behind goes.
        promised.Add((BackUp("one"), "one", Snapshot("one")));
        await CheckAsync(promised, optimize: true);
        Assert.Empty(Directory.GetFiles(Path.Combine(StorePath, "leases")));
        output.WriteLine($"Seed {seed}: {died} of {kills} processes were killed before their end; {promised.Count} backups were reported.");
        Assert.True(died >= kills / 3);
    }

    private void Change(Random random, string name)
    {
        for (int i = 0; i < 3; i++)
        {
            WriteFile($"{name}/f{random.Next(6)}", RandomBytes(random.Next(30), random.Next(100, 2_000_000)));
        }
    }

    private void Note(VtRun run, string name, List<(string Id, string Name, string Content)> promised)
    {
        if (run.ExitCode == 0)
        {
            promised.Add((run.Json.GetProperty("Id").GetString()!, name, Snapshot(name)));
        }
        else
        {
            Assert.True(run.ExitCode == 128 + SignalKill, run.ToString());
        }
    }

    private async Task CheckAsync(List<(string Id, string Name, string Content)> promised, bool optimize)
    {
        await using (StoreSession session = await StoreSession.OpenAsync(new StoreAddress(StorePath), new MemoryBlockIndexFactory(), CancellationToken.None))
        {
            IReadOnlyList<VtTestResult> findings = await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, CancellationToken.None);
            Assert.DoesNotContain(findings, finding => finding.IsDamage);
            // Of each group a prune keeps three.
            List<VtBackup> there = await BackupCatalog.ReadAllAsync(session, e => throw e, CancellationToken.None);
            promised.RemoveAll(p => !there.Exists(b => b.Id == p.Id));
            Assert.NotEmpty(promised);

            if (optimize)
            {
                await OptimizeOperation.RunAsync(session, new OptimizeRequest { MaximumUnusedPercent = 0 }, new LeaseMemory(null), NullObserver.Instance, CancellationToken.None);
            }
        }

        // The last few, by vt itself; all of them were just checked block by block.
        foreach ((string id, string name, string content) in promised.TakeLast(2))
        {
            Succeed("restore", id, "--to", "out", "--store", StorePath);
            Assert.Equal(content, Snapshot("out/" + name));
            Directory.Delete(At("out"), recursive: true);
        }
    }
}
