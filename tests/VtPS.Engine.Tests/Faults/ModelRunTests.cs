using System.Collections.Concurrent;
using System.Diagnostics;
using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Random backups, removals, optimize runs, restores and crashes, against a model that only remembers what each backup must hold.</summary>
[Collection(SearchCollection.Name)]
public sealed class ModelRunTests(ITestOutputHelper output)
{
    [Fact]
    public async Task OneProcessKeepsToTheModel()
    {
        using TempFolder temp = new();
        await RunAsync(temp, new MemoryStorage(), 1, LongRun.Time(8, 900));
    }

    [Fact]
    public async Task TwoProcessesThatShareAFolderKeepToTheModel()
    {
        using TempFolder temp = new();
        string path = temp.Combine("store");
        LocalFolderStorage.CreateRoot(path);
        await RunAsync(temp, new LocalFolderStorage(path), 2, LongRun.Time(10, 900));
    }

    private async Task RunAsync(TempFolder temp, IObjectStorage storage, int processes, TimeSpan time)
    {
        await StoreCreation.CreateAsync(new CreateStoreRequest { Address = new StoreAddress("memory") }, storage, NullObserver.Instance, CancellationToken.None);
        ConcurrentDictionary<string, string> model = [];
        Player[] players = new Player[processes];
        for (int i = 0; i < processes; i++)
        {
            players[i] = new Player(i, storage, temp, model);
        }

        await Task.WhenAll(players.Select(player => Task.Run(() => player.PlayAsync(time))));
        Dictionary<string, string> all = await StoreCheck.ReadAllAsync(storage);
        foreach ((string id, string content) in model)
        {
            Assert.Equal(content, all[id]);
        }

        await StoreCheck.SweepAllAsync(storage);
        all = await StoreCheck.ReadAllAsync(storage);
        foreach ((string id, string content) in model)
        {
            Assert.Equal(content, all[id]);
        }

        string counts = string.Join(", ", players.SelectMany(p => p.Counts).GroupBy(c => c.Key).Select(g => $"{g.Sum(c => c.Value)} {g.Key}"));
        output.WriteLine($"Seed {LongRun.Seed}, {processes} processes: {counts}.");
        Assert.All((string[])["backups", "removals", "optimizes", "restores", "crashes"], what => Assert.Contains(what, counts, StringComparison.Ordinal));
    }

    /// <summary>One process: it changes its own sources, backs them up, and removes its own backups alone.</summary>
    private sealed class Player(int number, IObjectStorage storage, TempFolder temp, ConcurrentDictionary<string, string> model)
    {
        private readonly Random _random = new((LongRun.Seed * 100) + number);
        private readonly List<string> _mine = [];
        private readonly string _cache = temp.Combine("cache");
        private StoreSession? _session;
        private FaultyStorage? _process;
        private int _restored;

        public Dictionary<string, int> Counts { get; } = [];

        private string Source => temp.Combine($"source{number}");

        public async Task PlayAsync(TimeSpan time)
        {
            long started = Stopwatch.GetTimestamp();
            Directory.CreateDirectory(Source);
            int step = 0;
            try
            {
                while (Stopwatch.GetElapsedTime(started) < time)
                {
                    step++;
                    await StepAsync();
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Process {number}, step {step}, seed {LongRun.Seed}: {e.Message}", e);
            }
            finally
            {
                await EndAsync();
            }
        }

        private async Task StepAsync()
        {
            bool crash = _random.Next(12) == 0;
            if (crash || _random.Next(10) == 0)
            {
                await EndAsync();
            }

            await BeginAsync(crash ? _random.Next(1, 60) : 0);
            try
            {
                switch (_random.Next(10))
                {
                    case 0 or 1 or 2 or 3:
                        Change();
                        await BackupAsync();
                        break;
                    case 4 or 5 when _mine.Count > 2:
                        await RemoveAsync();
                        break;
                    case 6 or 7:
                        await OptimizeOperation.RunAsync(
                            _session!, new OptimizeRequest { MaximumUnusedPercent = _random.Next(3) * 20, Force = true }, new LeaseMemory(null), NullObserver.Instance, CancellationToken.None);
                        Count("optimizes");
                        break;
                    default:
                        await RestoreAsync();
                        break;
                }
            }
            catch (Exception e) when (crash && e is VtException or IOException)
            {
                Count("crashes");
            }

            if (crash)
            {
                await EndAsync();
            }
        }

        private async Task BeginAsync(int faultAt)
        {
            if (_session is not null)
            {
                return;
            }

            _process = new FaultyStorage(storage) { FaultAt = faultAt, Kind = (FaultKind)_random.Next(3) };
            IBlockIndexFactory indexes = _random.Next(3) == 0 ? new MemoryBlockIndexFactory() : new SqliteBlockIndexFactory(_cache);
            while (_session is null)
            {
                try
                {
                    _session = await StoreSession.OpenAsync(new StoreAddress("memory"), _process, indexes, CancellationToken.None);
                }
                catch (Exception e) when (_process.IsDead && e is VtException or IOException)
                {
                    Count("crashes");
                    _process = new FaultyStorage(storage);
                }
            }
        }

        private async Task EndAsync()
        {
            if (_session is not null)
            {
                await _process!.KillAsync();
                await _session.DisposeAsync();
                _session = null;
            }
        }

        private void Change()
        {
            for (int i = _random.Next(1, 5); i > 0; i--)
            {
                string path = Path.Combine(Source, $"d{_random.Next(3)}", $"f{_random.Next(6)}");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                if (_random.Next(4) == 0)
                {
                    File.Delete(path);
                }
                else
                {
                    // Few different contents, so that processes share blocks, and so that what was garbage is needed again.
                    int content = _random.Next(40);
                    File.WriteAllBytes(path, TestContent.Random(content == 39 ? 3_000_000 : 50 + (content * 700), (ulong)content));
                }
            }
        }

        private async Task BackupAsync()
        {
            string content = StoreCheck.DescribeLive(Source);
            BackupRequest request = new() { Paths = new[] { System.Text.Encoding.UTF8.GetBytes(Source) }.ToAsyncEnumerable(), HostName = "host" };
            VtBackup backup = await BackupOperation.RunAsync(_session!, request, NullObserver.Instance, CancellationToken.None);
            Assert.Equal(VtBackupStatus.Complete, backup.Status);
            model[backup.Id] = content;
            _mine.Add(backup.Id);
            Count("backups");
        }

        private async Task RemoveAsync()
        {
            string id = _mine[_random.Next(_mine.Count)];
            _mine.Remove(id);

            // Whether or not the removal comes to its end, nothing is promised of it any more.
            model.TryRemove(id, out _);
            await RemoveBackupOperation.RunAsync(_session!, [id], CancellationToken.None);
            Count("removals");
        }

        private async Task RestoreAsync()
        {
            if (_mine.Count == 0)
            {
                return;
            }

            string id = _mine[_random.Next(_mine.Count)];
            VtBackup backup = await BackupCatalog.ResolveAsync(_session!, id, new BackupFilter(), CancellationToken.None);
            string folder = temp.Combine($"restored{number}-{_restored++}");
            RecordingObserver observer = new();
            RestoreRequest request = new()
            {
                Selections = [new RestoreSelection(backup, [])],
                Destination = System.Text.Encoding.UTF8.GetBytes(folder),
                NumericId = true,
            };
            await RestoreOperation.RunAsync(_session!, request, observer, CancellationToken.None);
            if (!_process!.IsDead)
            {
                Assert.Empty(observer.Errors);
                Assert.Equal(model[id], StoreCheck.DescribeLive(Path.Combine(folder, Path.GetFileName(Source))));
                Count("restores");
            }

            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        private void Count(string what) => Counts[what] = Counts.GetValueOrDefault(what) + 1;
    }
}
