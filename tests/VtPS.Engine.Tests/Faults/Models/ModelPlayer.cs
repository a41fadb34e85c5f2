using System.Diagnostics;
using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Sqlite;
using Xunit;

namespace VtPS.Engine.Tests.Faults.Models;

/// <summary>
/// One player of a model run: it changes its own source, backs it up, removes its own backups alone, optimizes the Store that it may share with others, restores, and
/// crashes in the middle of any of these. What it knows is what it was promised.
/// </summary>
internal sealed class ModelPlayer
{
    /// <summary>With more backups than this the next step removes one: the check of everything must not take longer and longer.</summary>
    private const int MostBackups = 8;

    private readonly int _number;
    private readonly Random _random;
    private readonly IObjectStorage _storage;
    private readonly StoreCredentials? _credentials;
    private readonly string _folder;
    private StoreSession? _session;
    private FaultyStorage? _process;

    /// <param name="number">The player's number: its source and its subset.</param>
    /// <param name="seed">Chooses the steps.</param>
    /// <param name="storage">The Store's storage.</param>
    /// <param name="credentials">What opens the Store; null for a plain one.</param>
    /// <param name="folder">Where the sources, the players' memories and the index cache are.</param>
    public ModelPlayer(int number, int seed, IObjectStorage storage, StoreCredentials? credentials, string folder)
    {
        _number = number;
        _random = new Random((seed * 100) + number);
        _storage = storage;
        _credentials = credentials;
        _folder = folder;
        (Source, Memory) = Of(folder, number);
    }

    public ModelSource Source { get; }

    public ModelMemory Memory { get; }

    public Dictionary<string, int> Counts { get; } = [];

    /// <summary>The source of a player, and what it was promised.</summary>
    public static (ModelSource Source, ModelMemory Memory) Of(string folder, int number) =>
        (new(Path.Combine(folder, $"source{number}")), new(Path.Combine(folder, $"memory{number}")));

    /// <summary>The index cache that all players share.</summary>
    public static IBlockIndexFactory Indexes(string folder) => new SqliteBlockIndexFactory(Path.Combine(folder, "cache"));

    public static Task<VtBackup> BackUpAsync(StoreSession session, ModelSource source) => BackupOperation.RunAsync(
        session,
        new BackupRequest
        {
            Paths = new[] { System.Text.Encoding.UTF8.GetBytes(source.Location) }.ToAsyncEnumerable(),
            HostName = "host",
            Subset = Path.GetFileName(source.Location),
        },
        NullObserver.Instance,
        CancellationToken.None);

    /// <summary>Plays.</summary>
    /// <param name="time">How long.</param>
    /// <param name="damages">Whether the Store is this player's alone, to be damaged and repaired too.</param>
    public async Task PlayAsync(TimeSpan time, bool damages)
    {
        long started = Stopwatch.GetTimestamp();
        int step = 0;
        try
        {
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                step++;
                if (damages && _random.Next(40) == 0)
                {
                    await DamageAsync();
                }
                else
                {
                    await StepAsync();
                }
            }
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Player {_number}, step {step}: {e.Message}", e);
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
            switch (Memory.Ids.Count > MostBackups ? 4 : _random.Next(10))
            {
                case 0 or 1 or 2 or 3:
                    Source.Change(_random);
                    await BackupAsync();
                    break;
                case 4 or 5 when Memory.Ids.Count > 2:
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

        _process = new FaultyStorage(_storage) { FaultAt = faultAt, Kind = (FaultKind)_random.Next(3) };
        IBlockIndexFactory indexes = _random.Next(3) == 0 ? new MemoryBlockIndexFactory() : Indexes(_folder);
        while (_session is null)
        {
            try
            {
                _session = await StoreSession.OpenAsync(new StoreAddress("memory") { Credentials = _credentials }, _process, indexes, CancellationToken.None);
            }
            catch (Exception e) when (_process.IsDead && e is VtException or IOException)
            {
                Count("crashes");
                _process = new FaultyStorage(_storage);
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

    private async Task BackupAsync()
    {
        string content = Source.Describe();
        VtBackup backup = await BackUpAsync(_session!, Source);
        Assert.Equal(VtBackupStatus.Complete, backup.Status);
        Memory.Promise(backup.Id, content);
        Count("backups");
    }

    private async Task RemoveAsync()
    {
        List<string> ids = Memory.Ids;
        string id = ids[_random.Next(ids.Count)];

        // Whether or not the removal comes to its end, nothing is promised of it any more.
        Memory.Forget(id);
        await RemoveBackupOperation.RunAsync(_session!, [id], CancellationToken.None);
        Count("removals");
    }

    private async Task RestoreAsync()
    {
        List<string> ids = Memory.Ids;
        if (ids.Count > 0)
        {
            string id = ids[_random.Next(ids.Count)];
            int errors = await ModelRestore.RunAsync(_session!, id, Memory[id], Path.Combine(_folder, $"restored{_number}"), () => _process!.IsDead);
            if (!_process!.IsDead)
            {
                Assert.Equal(0, errors);
                Count("restores");
            }
        }
    }

    private async Task DamageAsync()
    {
        // The session goes on afterwards, with what it knew before.
        ModelDamage damage = new(_storage, _credentials, Indexes(_folder), [(Source, Memory)], _random, Path.Combine(_folder, "after-damage"));
        await damage.RunAsync();
        damage.Done.ForEach(Count);
    }

    private void Count(string what) => Counts[what] = Counts.GetValueOrDefault(what) + 1;
}
