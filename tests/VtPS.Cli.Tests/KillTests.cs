using System.Globalization;
using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using Xunit.Abstractions;

namespace VtPS.Cli.Tests;

/// <summary>
/// Real vt processes, ended by SIGKILL at random moments of backups, prunes, key changes and rewrites under a new key, while another one writes too.
/// 15 kills; 200 where VT_TEST_LONG is 1, or the share of them that VT_TEST_SHARE says. Half of them in an encrypted Store.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : Workplace
{
    private const int SignalKill = 9;
    private const int WrongPassword = 12;
    private const int Kept = 3;

    private readonly List<Promise> _promised = [];
    private string[] _credentials = [];
    private StoreCredentials? _keys;
    private int _key;

    private static bool IsLong { get; } = Environment.GetEnvironmentVariable("VT_TEST_LONG") == "1";

    [LinuxFact]
    public Task Kills_at_random_moments_lose_nothing() => RunAsync(encrypted: false, IsLong ? Share(100) : 8);

    [LinuxFact]
    public Task Kills_at_random_moments_lose_nothing_of_an_encrypted_Store() => RunAsync(encrypted: true, IsLong ? Share(100) : 7);

    private static int Share(int count) =>
        double.TryParse(Environment.GetEnvironmentVariable("VT_TEST_SHARE"), CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 1
            ? Math.Max(7, (int)(count * share))
            : count;

    private async Task RunAsync(bool encrypted, int kills)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("VT_TEST_SEED"), CultureInfo.InvariantCulture, out int given) ? given : 1;
        Random random = new(seed);
        if (encrypted)
        {
            Use(WriteKey());
        }

        Succeed(["init", "--store", StorePath, .. _credentials]);
        WriteFile("kept/a", RandomBytes(1, 400_000));
        WriteFile("kept/b", "b");
        Note(Vt(Backup("kept")), "kept");
        Dictionary<string, int> killed = [];
        int rounds = 0;
        while (killed.Values.Sum() < kills)
        {
            Assert.True(rounds++ < kills * 4, $"Of {rounds} processes only {killed.Values.Sum()} were still there to be killed.");
            Change(random, "one");
            Change(random, "two");
            string what = Choose(rounds, encrypted);
            using VtProcess one = Start(Backup("one"));
            using VtProcess two = Start(Other(what));
            await Task.Delay(random.Next(60, 900));
            (VtProcess victim, string name) = random.Next(2) == 0 ? (one, "backup") : (two, what);
            if (!victim.HasExited)
            {
                victim.Signal(SignalKill);
                killed[name] = killed.GetValueOrDefault(name) + 1;
            }

            bool keyChanges = what == "key change";
            VtRun first = one.Wait();
            VtRun second = two.Wait();
            if (keyChanges)
            {
                FindKey();
            }

            // A backup whose key was changed under it fails, and says so.
            Note(first, "one", keyChanges ? WrongPassword : null);
            if (what == "backup")
            {
                Note(second, "two");
            }
            else
            {
                Assert.True(second.ExitCode is 0 or 128 + SignalKill, second.ToString());
            }

            await CheckAsync(pruned: what.StartsWith("prune", StringComparison.Ordinal), optimize: rounds % 3 == 2);
        }

        // A new run succeeds, and what is left behind goes.
        Note(Vt(Backup("one")), "one");
        await CheckAsync(pruned: false, optimize: true);
        Assert.Empty(Directory.GetFiles(Path.Combine(StorePath, "leases")));
        output.WriteLine($"Seed {seed}, {(encrypted ? "encrypted" : "plain")}: killed in {rounds} rounds {string.Join(", ", killed.OrderBy(k => k.Key).Select(k => $"{k.Value} of {k.Key}"))}; {_promised.Count} backups are left.");
    }

    private static string Choose(int round, bool encrypted) => (round % 4) switch
    {
        0 or 2 => "backup",
        1 => "prune",
        _ => !encrypted ? "prune" : round % 8 == 3 ? "key change" : "prune --rekey",
    };

    private string[] Backup(string source) => ["backup", source, "--store", StorePath, "--json", .. _credentials];

    private string[] Other(string what) => what switch
    {
        "backup" => Backup("two"),
        "key change" => ["key", "change", "--new-key-file", WriteKey(), "--store", StorePath, .. _credentials],
        _ => [.. what.Split(' '), "--keep-last", Kept.ToString(CultureInfo.InvariantCulture), "--store", StorePath, .. _credentials],
    };

    private string WriteKey()
    {
        string path = At($"key{++_key}");
        File.WriteAllBytes(path, RandomBytes(1000 + _key, 32));
        return path;
    }

    private void Use(string keyFile)
    {
        _credentials = ["--key-file", keyFile];
        _keys = new StoreCredentials { KeyFile = keyFile };
    }

    /// <summary>After a change of the key, whole or not: the new key opens the Store, or the old one does.</summary>
    private void FindKey()
    {
        string next = At($"key{_key}");
        VtRun run = Vt("key", "list", "--store", StorePath, "--key-file", next);
        if (run.ExitCode == 0)
        {
            Use(next);
        }
        else
        {
            Assert.Equal(WrongPassword, run.ExitCode);
            Succeed(["key", "list", "--store", StorePath, .. _credentials]);
        }
    }

    private void Change(Random random, string name)
    {
        for (int i = 0; i < 3; i++)
        {
            WriteFile($"{name}/f{random.Next(6)}", RandomBytes(random.Next(30), random.Next(100, 2_000_000)));
        }
    }

    private void Note(VtRun run, string name, int? mayEndWith = null)
    {
        if (run.ExitCode == 0)
        {
            _promised.Add(new Promise(run.Json.GetProperty("Id").GetString()!, name, run.Json.GetProperty("EndTime").GetDateTime(), Snapshot(name)));
        }
        else
        {
            Assert.True(run.ExitCode == 128 + SignalKill || run.ExitCode == mayEndWith, run.ToString());
        }
    }

    private async Task CheckAsync(bool pruned, bool optimize)
    {
        await using (StoreSession session = await StoreSession.OpenAsync(new StoreAddress(StorePath) { Credentials = _keys }, new MemoryBlockIndexFactory(), CancellationToken.None))
        {
            Assert.Empty(session.Damage);
            IReadOnlyList<VtTestResult> findings = await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, CancellationToken.None);
            Assert.DoesNotContain(findings, finding => finding.IsDamage);

            // All of them are of one group: whatever a prune removes, it keeps so many that are newer.
            List<VtBackup> there = await BackupCatalog.ReadAllAsync(session, e => throw e, CancellationToken.None);
            foreach (Promise gone in _promised.Where(p => !there.Exists(b => b.Id == p.Id)).ToList())
            {
                Assert.True(pruned && there.Count(b => b.EndTime.ToUniversalTime() >= gone.End.ToUniversalTime()) >= Kept, $"Backup {gone.Id} of '{gone.Name}' was reported and is gone.");
                _promised.Remove(gone);
            }

            Assert.NotEmpty(_promised);
            if (optimize)
            {
                await OptimizeOperation.RunAsync(session, new OptimizeRequest { MaximumUnusedPercent = 0 }, new LeaseMemory(null), NullObserver.Instance, CancellationToken.None);
            }
        }

        // The last ones, by vt itself; all of them were just checked block by block.
        foreach (Promise promise in _promised.TakeLast(IsLong ? 2 : 1))
        {
            Succeed(["restore", promise.Id, "--to", "out", "--store", StorePath, .. _credentials]);
            Assert.Equal(promise.Content, Snapshot("out/" + promise.Name));
            Directory.Delete(At("out"), recursive: true);
        }
    }

    /// <summary>A backup that vt reported.</summary>
    private sealed record Promise(string Id, string Name, DateTime End, string Content);
}
