using VtPS.Engine.Histories;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>A <see cref="FetchLedger"/> beside a list that says the same in a simpler way, under random operations.</summary>
internal sealed class FetchLedgerModel
{
    private readonly Random _random;
    private readonly int _seed;
    private readonly FetchLedger _ledger;
    private readonly int _sources;
    private readonly List<int> _wanted;
    private readonly OrderedDictionary<FetchToken, HashSet<int>> _tokens = [];
    private readonly List<FetchToken> _stale = [];
    private readonly HashSet<(int Item, int Source)> _lacking = [];
    private readonly HashSet<int> _gone = [];
    private readonly int[] _ranks;
    private readonly HashSet<int> _complete = [];
    private readonly HashSet<int> _missing = [];
    private readonly int _items;

    public FetchLedgerModel(int sources, int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _sources = sources;
        _ranks = new int[sources];
        _items = _random.Next(1, 200);
        List<ContentRequest> requests = [.. Enumerable.Range(0, _items).Select(i =>
            new ContentRequest(NodeData.File(VtBlockReference.OfRun(1, _random.Next(10) == 0 ? 50_000_000 : _random.Next(1, 100_000))), _random.Next(8) == 0 ? 1 : 0))];
        _wanted = [.. Enumerable.Range(0, _items).Where(i => requests[i].Offset > 0), .. Enumerable.Range(0, _items).Where(i => requests[i].Offset == 0)];
        _ledger = new FetchLedger(requests, sources);
    }

    /// <summary>Runs to the end: every content is complete or missing.</summary>
    public void Run()
    {
        for (int steps = 0; !_ledger.Ended.IsCompleted; steps++)
        {
            True(steps < 100_000, "it does not come to an end");
            Step(_random.Next(100));
            Check();
        }

        True(_complete.Count + _missing.Count == _items, "something was lost");
    }

    private void Step(int what)
    {
        int source = _random.Next(_sources);
        FetchToken? token = _tokens.Count == 0 ? null : _tokens.Keys.ElementAt(_random.Next(_tokens.Count));
        switch (what)
        {
            case < 30:
                Begin(source);
                break;
            case < 85 when token is not null:
                End(token, _tokens[token].ElementAt(_random.Next(_tokens[token].Count)), _random.Next(10));
                break;
            case < 90 when token is not null:
                _ledger.Cancel(token);
                PutBack(token);
                break;
            case < 93:
                TryStale();
                break;
            case < 95:
                Demote(source);
                break;
            case 95 when _gone.Count < _sources - 1 || _random.Next(10) == 0:
                _ledger.Remove(source);
                _gone.Add(source);
                foreach (FetchToken of in _tokens.Keys.Where(t => t.Source == source).ToList())
                {
                    PutBack(of);
                }

                Settle();
                break;
        }
    }

    private void Begin(int source)
    {
        List<int> can = [.. _wanted.Where(item => CanTake(source, item))];
        True(_ledger.CanBegin(source, out _) == can.Count > 0, "it says wrongly whether it has something");
        FetchToken? token = _ledger.Begin(source, out Task changed);
        if (token is null)
        {
            True(can.Count == 0 && (!changed.IsCompleted || _ledger.Ended.IsCompleted), "something was kept back");
            return;
        }

        True(token.Source == source && token.Items.SequenceEqual(can.Take(token.Items.Count)), "it is not what comes first");
        True(token.Items.Count > 0 && (_sources - _gone.Count > 1 || token.Items.Count == can.Count), "a batch is too small");
        True(_ledger.Write(token), "it must not be written");
        _tokens.Add(token, [.. token.Items]);
        _wanted.RemoveAll(token.Items.Contains);
    }

    private void End(FetchToken token, int item, int how)
    {
        True(how switch
        {
            0 or 1 => _ledger.Missing(token, item),
            2 => _ledger.Again(token, item),
            _ => _ledger.Complete(token, item),
        }, "a token was refused");
        _tokens[token].Remove(item);
        switch (how)
        {
            case 0 or 1:
                _lacking.Add((item, token.Source));
                _wanted.Insert(0, item);
                break;
            case 2:
                _wanted.Insert(0, item);
                break;
            default:
                _complete.Add(item);
                break;
        }

        Retire(token);
        Settle();
    }

    private void TryStale()
    {
        foreach (FetchToken token in _stale)
        {
            int item = token.Items[_random.Next(token.Items.Count)];
            True(!_ledger.Write(token) && !_ledger.Complete(token, item) && !_ledger.Missing(token, item) && !_ledger.Again(token, item), "a stale token was taken");
            _ledger.Cancel(token);
        }
    }

    private void Demote(int source)
    {
        bool could = Enumerable.Range(0, _sources).Any(other =>
            other != source && !_gone.Contains(other) && !_tokens.Keys.Any(t => t.Source == other)
            && _tokens.Any(t => t.Key.Source == source && t.Value.Any(item => !_lacking.Contains((item, other)))));
        True(_ledger.TryDemote(source) == could, "it was wrong about who could take over");
        if (could)
        {
            _ranks[source] = _ranks.Max() + 1;
            True(!_tokens.Keys.Any(t => t.Source == source && _ledger.Write(t)), "a slow source may still write");
        }
    }

    private bool CanTake(int source, int item) => !_gone.Contains(source) && !_lacking.Contains((item, source))
        && Enumerable.Range(0, _sources).Where(s => !_gone.Contains(s) && _ranks[s] < _ranks[source]).All(s => _lacking.Contains((item, s)));

    private void PutBack(FetchToken token)
    {
        _wanted.InsertRange(0, token.Items.Where(_tokens[token].Contains));
        _tokens[token].Clear();
        Retire(token);
    }

    private void Retire(FetchToken token)
    {
        if (_tokens[token].Count == 0)
        {
            _tokens.Remove(token);
            _stale.Add(token);
        }
    }

    /// <summary>What no source has is missing.</summary>
    private void Settle()
    {
        List<int> lost = [.. _wanted.Where(item => Enumerable.Range(0, _sources).All(s => _gone.Contains(s) || _lacking.Contains((item, s))))];
        _missing.UnionWith(lost);
        _wanted.RemoveAll(lost.Contains);
    }

    private void Check()
    {
        True(_ledger.Missed == _missing.Count, "it counts wrongly what is missing");
        True(_ledger.Ended.IsCompleted == (_complete.Count + _missing.Count == _items), "it ends too early or too late");
        True(Enumerable.Range(0, _sources).All(s => _ledger.AreOthersIdle(s) == _tokens.Keys.All(t => t.Source == s)), "it does not know who is busy");
    }

    private void True(bool condition, string what) => Assert.True(condition, $"{what}: seed {_seed}, {_sources} sources");
}
