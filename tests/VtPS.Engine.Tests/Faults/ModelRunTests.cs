using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults.Models;
using VtPS.Engine.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Random backups, removals, optimize runs, restores, crashes, damages and repairs, against a model that only remembers what each backup must hold.</summary>
[Collection(SearchCollection.Name)]
public sealed class ModelRunTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, int> _counts = [];

    [Fact]
    public async Task OneProcessKeepsToTheModel()
    {
        using TempFolder temp = new();
        MemoryStorage storage = new();
        await CreateAsync(storage, null);
        ModelPlayer player = new(0, LongRun.Seed, storage, null, temp.Path);
        await player.PlayAsync(LongRun.Time(8, 300), damages: true);
        Count(player.Counts);
        await CheckAsync(storage, null, [player.Memory]);
        Report(1, "backups", "removals", "optimizes", "restores", "crashes", "salvages", "damages that hid files, healed");
    }

    /// <summary>Rounds of two processes, one of them killed now and then; after each round all is checked, damaged and repaired.</summary>
    [Fact]
    public async Task TwoProcessesThatShareAnEncryptedFolderKeepToTheModel()
    {
        using TempFolder temp = new();
        temp.WriteFile("key", TestContent.Random(64, 1));
        StoreCredentials credentials = ModelWorker.CredentialsOf(temp.Path);
        LocalFolderStorage.CreateRoot(ModelWorker.StoreOf(temp.Path));
        await using LocalFolderStorage storage = new(ModelWorker.StoreOf(temp.Path));
        await CreateAsync(storage, credentials);
        (ModelSource Source, ModelMemory Memory)[] players = [ModelPlayer.Of(temp.Path, 0), ModelPlayer.Of(temp.Path, 1)];
        Random random = new(LongRun.Seed);
        TimeSpan time = LongRun.Time(11, 1500);
        TimeSpan round = TimeSpan.FromSeconds(LongRun.IsOn ? 20 : 3);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i == 0 || Stopwatch.GetElapsedTime(started) < time; i++)
        {
            await PlayRoundAsync(temp.Path, (LongRun.Seed * 10_000) + i, round, i % 2 == 0 ? null : random);
            await CheckAsync(storage, credentials, [players[0].Memory, players[1].Memory]);
            ModelDamage damage = new(storage, credentials, ModelPlayer.Indexes(temp.Path), players, random, temp.Combine("after-damage"));
            await damage.RunAsync();
            Count(damage.Done.GroupBy(what => what).ToDictionary(group => group.Key, group => group.Count()));
            Count(new() { ["rounds"] = 1 });
        }

        await CheckAsync(storage, credentials, [players[0].Memory, players[1].Memory]);
        Report(2, "rounds", "backups", "removals", "optimizes", "restores", "crashes");
    }

    /// <summary>Both processes play for a while.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="seed">Of the round.</param>
    /// <param name="time">How long.</param>
    /// <param name="killer">Chooses the moment at which one is killed; null: none is.</param>
    private async Task PlayRoundAsync(string folder, int seed, TimeSpan time, Random? killer)
    {
        using Process first = ModelWorker.Start(folder, 0, seed, time);
        using Process second = ModelWorker.Start(folder, 1, seed, time);
        Process[] processes = [first, second];
        Task<(string Output, string Error)>[] texts = [.. processes.Select(ReadAsync)];
        try
        {
            Process? victim = killer is null ? null : processes[killer.Next(2)];
            if (victim is not null)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5) + (time * killer!.NextDouble()));
                victim.Kill();
                Count(new() { ["processes killed"] = 1 });
            }

            for (int i = 0; i < processes.Length; i++)
            {
                await processes[i].WaitForExitAsync().WaitAsync(time + TimeSpan.FromMinutes(3));
                (string text, string error) = await texts[i];
                Assert.True(processes[i].ExitCode == 0 || processes[i] == victim, $"Process {i} of the round with seed {seed}, exit code {processes[i].ExitCode}: {error}");
                Count(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).ToDictionary(words => words[1], words => int.Parse(words[0], CultureInfo.InvariantCulture)));
            }
        }
        finally
        {
            foreach (Process process in processes)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }
    }

    private static async Task<(string Output, string Error)> ReadAsync(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        return (await process.StandardOutput.ReadToEndAsync(), await error);
    }

    private static Task CreateAsync(IObjectStorage storage, StoreCredentials? credentials) => StoreCreation.CreateAsync(
        new CreateStoreRequest { Address = new StoreAddress("memory"), Credentials = credentials }, storage, NullObserver.Instance, CancellationToken.None);

    /// <summary>Nothing is damaged, and every backup that was promised is there and holds what it must: now, and after everything that nobody needs was swept.</summary>
    private static async Task CheckAsync(IObjectStorage storage, StoreCredentials? credentials, ModelMemory[] memories)
    {
        await using (StoreSession session = await StoreCheck.OpenAsync(storage, credentials: credentials))
        {
            Assert.DoesNotContain(await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, CancellationToken.None), finding => finding.IsDamage);
        }

        await CompareAsync(storage, credentials, memories);
        await StoreCheck.SweepAllAsync(storage, credentials);
        await CompareAsync(storage, credentials, memories);
    }

    private static async Task CompareAsync(IObjectStorage storage, StoreCredentials? credentials, ModelMemory[] memories)
    {
        Dictionary<string, string> all = await StoreCheck.ReadAllAsync(storage, credentials);
        foreach (ModelMemory memory in memories)
        {
            foreach (string id in memory.Ids)
            {
                Assert.True(all.TryGetValue(id, out string? content), $"Backup {id} was reported and is gone.");
                Assert.Equal(memory[id], content);
            }
        }
    }

    private void Count(Dictionary<string, int> counts)
    {
        foreach ((string what, int count) in counts)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + count;
        }
    }

    private void Report(int processes, params string[] expected)
    {
        output.WriteLine($"Seed {LongRun.Seed}, {processes} processes: {string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Value} {count.Key}"))}.");
        Assert.All(expected, what => Assert.Contains(what, _counts.Keys));
    }
}
