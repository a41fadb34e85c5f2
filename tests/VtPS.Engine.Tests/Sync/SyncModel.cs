using System.Globalization;
using VtPS.Engine.Operations;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>
/// One history of random edits and syncs on some peers, by a seed; some syncs are cut, stopped, or killed. The model: what no user overwrote or deleted on any peer is in every tree in the end; what a sync took off
/// a tree is in its revisions; and all trees are equal.
/// </summary>
internal sealed class SyncModel : IDisposable
{
    private static readonly string[] Names = ["a", "b", "c.txt", "d.e", "F"];

    private readonly Random _random;
    private readonly SyncWorld _world;
    private readonly string[] _peers;
    private readonly HashSet<string> _written = [];
    private readonly HashSet<string> _givenUp = [];
    private readonly List<string> _trace = [];
    private long _clock;

    public SyncModel(int seed)
    {
        _random = new Random(seed);
        _peers = [.. "ABCD".Take(_random.Next(2, 5)).Select(c => c.ToString())];
        _world = new SyncWorld(_peers);
        foreach (SyncTree tree in _world.Trees)
        {
            // Never touched: an empty root is refused.
            tree.Write("keep", "keep", 0);
            tree.ClockOffset = _random.Next(4) == 0 ? _random.Next(-300_000_000, 300_000_000) : 0;
        }
    }

    /// <summary>What was done, for whoever looks into a failure.</summary>
    public string Trace => string.Join('\n', _trace);

    /// <summary>Some edits on each peer before they know of each other, and their first merges.</summary>
    public async Task BeginAsync()
    {
        foreach (string peer in _peers)
        {
            for (int edits = _random.Next(6); edits > 0; edits--)
            {
                Edit(_world[peer]);
            }
        }

        foreach (string peer in _peers[1..])
        {
            _trace.Add($"sync {_peers[0]} {peer}");
            await _world.SyncAsync(_peers[0], peer);
        }
    }

    /// <summary>Some edits, and a sync that may be cut off.</summary>
    public async Task RoundAsync()
    {
        for (int edits = _random.Next(4); edits > 0; edits--)
        {
            Edit(_world[_peers[_random.Next(_peers.Length)]]);
        }

        string first = _peers[_random.Next(_peers.Length)];
        string second = _peers[_random.Next(_peers.Length)];
        if (first == second)
        {
            return;
        }

        if (_random.Next(20) == 0)
        {
            await KillAsync(first, second);
            return;
        }

        int cut = _random.Next(3) == 0 ? _random.Next(30) : int.MaxValue;
        int stop = _random.Next(6) == 0 ? _random.Next(20) : int.MaxValue;
        _trace.Add($"sync {first} {second} cut {cut} stop {stop}");
        (HashSet<string> one, HashSet<string> two) = (_world[first].Contents(), _world[second].Contents());
        await SyncAsync(first, second, cut, stop);
        _world.NoteTaken(first, one);
        _world.NoteTaken(second, two);
    }

    /// <summary>Settles, and checks the model.</summary>
    public async Task CheckAsync()
    {
        _trace.Add("settle");
        await _world.SettleAsync();
        HashSet<string> there = _world.Trees.First().Contents();
        List<string> missing = [.. _written.Except(_givenUp).Except(there)];
        Assert.True(missing.Count == 0, $"Nobody overwrote or deleted these, and they are gone: {string.Join(", ", missing)}");
        await _world.AssertNothingLostAsync();
    }

    public void Dispose() => _world.Dispose();

    private async Task SyncAsync(string first, string second, int cut, int stop)
    {
        using CancellationTokenSource stopping = new();
        int actions = 0;
        void Count()
        {
            if (++actions > stop)
            {
                stopping.Cancel();
            }
        }

        SyncRequest request = new() { Path = _world[first].Path, Peer = _world[second].Path, MaximumDelete = 1000 };
        bool cutFirst = _random.Next(2) == 0;
        IFetchingPeer local = new LocalPeer(request.Path, false, _random.Next(2) == 0, SyncWorld.Indexes, NullObserver.Instance) { OnAction = Count };
        ISyncPeer remote = new LocalPeer(request.Peer, false, false, SyncWorld.Indexes, NullObserver.Instance) { OnAction = Count };
        await using SyncOperation sync = SyncOperation.Of(request, cutFirst ? new CutPeer(local, cut) : local, cutFirst ? remote : new CutPeer(remote, cut), NullObserver.Instance);
        try
        {
            await sync.PlanAsync(stopping.Token);
            await sync.RunAsync(null, stopping.Token);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.PeerUnreachable)
        {
            _trace.Add("was cut");
        }
    }

    private async Task KillAsync(string first, string second)
    {
        (HashSet<string> one, HashSet<string> two) = (_world[first].Contents(), _world[second].Contents());
        _trace.Add($"sync {first} {second} killed: {await SyncKiller.RunAsync(_world[first].Path, _world[second].Path, _random, 16)}");
        _world.NoteTaken(first, one);
        _world.NoteTaken(second, two);
    }

    private void Edit(SyncTree tree)
    {
        _clock += 10;
        List<string> entries = tree.List();
        List<string> files = [.. entries.Where(e => e.Contains(" = ", StringComparison.Ordinal)).Select(e => e[..e.IndexOf(" = ", StringComparison.Ordinal)]).Where(e => e != "keep")];
        List<string> folders = [string.Empty, .. entries.Where(e => e.EndsWith('/')).Select(e => e[..^1])];
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                Write(tree, Path.Join(Any(folders), Any(Names)));
                break;
            case 3 or 4 when files.Count > 0:
                Write(tree, Any(files));
                break;
            case 5 when files.Count > 0:
                Delete(tree, Any(files));
                break;
            case 6 when folders.Count > 1:
                Delete(tree, folders[_random.Next(1, folders.Count)]);
                break;
            case 7 when files.Count > 0:
                Move(tree, Any(files), Path.Join(Any(folders), Any(Names)));
                break;
            case 8 when folders.Count > 1:
                Move(tree, folders[_random.Next(1, folders.Count)], Path.Join(Any(folders), Any(Names)));
                break;
            case 9:
                string folder = Path.Join(Any(folders), Any(Names));
                if (folder.Count(c => c == '/') < 5 && !File.Exists(tree.FullPath(folder)))
                {
                    _trace.Add($"{tree.Name}: mkdir {folder}");
                    tree.MakeFolder(folder);
                }

                break;
        }
    }

    private void Write(SyncTree tree, string path)
    {
        if (Directory.Exists(tree.FullPath(path)))
        {
            return;
        }

        GiveUp(tree, path);

        // Some longer than a literal, some of more than one piece.
        string content = string.Create(CultureInfo.InvariantCulture, $"{tree.Name}{_clock}");
        content = _random.Next(10) switch
        {
            0 => content + new string('x', _random.Next(3_000_000)) + content,
            < 6 => content + " and some more words, so that it is a block",
            _ => content,
        };
        _written.Add(content);
        _trace.Add($"{tree.Name}: write {path} {content[..Math.Min(content.Length, 12)]} ({content.Length})");
        tree.Write(path, content, _clock);
    }

    private void Delete(SyncTree tree, string path)
    {
        _trace.Add($"{tree.Name}: delete {path}");
        GiveUp(tree, path);
        tree.Delete(path);
    }

    private void Move(SyncTree tree, string from, string to)
    {
        if (to == from || to.StartsWith(from + "/", StringComparison.Ordinal) || Directory.Exists(tree.FullPath(to)) || (Directory.Exists(tree.FullPath(from)) && File.Exists(tree.FullPath(to))))
        {
            return;
        }

        _trace.Add($"{tree.Name}: move {from} {to}");
        GiveUp(tree, to);
        tree.Move(from, to);
    }

    private void GiveUp(SyncTree tree, string path)
    {
        string full = tree.FullPath(path);
        if (File.Exists(full))
        {
            _givenUp.Add(File.ReadAllText(full));
        }
        else if (Directory.Exists(full))
        {
            _givenUp.UnionWith(Directory.EnumerateFiles(full, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        }
    }

    private T Any<T>(IReadOnlyList<T> list) => list[_random.Next(list.Count)];
}
