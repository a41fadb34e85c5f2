using System.Diagnostics;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>
/// Searches the orders in which actors' calls can follow each other: an actor goes on until it ends; at every call each other actor may be preferred, so often as a
/// bound allows, and an event may come. What was met before with as much left is not gone into again.
/// </summary>
internal sealed class InterleavingSearch : IDisposable
{
    private readonly WorldPlan _world;
    private readonly StoreImage _start;
    private readonly List<ActorTree> _actors;
    private readonly RunningActors _running = new();
    private readonly Dictionary<ulong, int> _met = [];
    private readonly HashSet<ulong> _checked = [];
    private readonly Stack<(SearchState State, int Choice)> _open = [];

    public InterleavingSearch(WorldPlan world)
    {
        _world = world;
        ObjectTable objects = new(world.Keys);
        _start = new StoreImage(world.Objects.Select(o => objects.Intern(o.Name, o.Bytes, StoredObject.Free)));
        _actors = [.. world.Actors.Select((plan, number) => new ActorTree(plan, number, _start, objects, _running))];
    }

    /// <summary>Different states met.</summary>
    public int States => _met.Count;

    /// <summary>Steps from state to state.</summary>
    public long Steps { get; private set; }

    /// <summary>Times that a state was met in which all actors had ended.</summary>
    public long Ends { get; private set; }

    /// <summary>Different Stores whose every backup was read.</summary>
    public int Checks => _checked.Count;

    /// <summary>What was searched, for people.</summary>
    public string Figures =>
        $"{States} states, {Steps} steps, {Ends} ends, {Checks} Stores read; real runs {_actors.Sum(a => a.Runs)}, calls in them {_actors.Sum(a => a.Calls)}";

    /// <summary>Searches up to a bound.</summary>
    /// <returns>Whether everything within the bound was searched before the time was up.</returns>
    /// <exception cref="LossException">A schedule that loses something.</exception>
    public bool Explore(int preemptions, TimeSpan time)
    {
        long started = Stopwatch.GetTimestamp();
        _open.Clear();
        Open(new SearchState(_start, [.. _actors.Select(a => a.Root)], -1, preemptions, _world.Kills, _world.Burials, null, 0));
        while (_open.TryPop(out (SearchState State, int Choice) next))
        {
            if ((++Steps & 255) == 0 && Stopwatch.GetElapsedTime(started) > time)
            {
                return false;
            }

            Open(Take(next.State, next.Choice));
        }

        return true;
    }

    public void Dispose() => _running.Dispose();

    /// <summary>Notes a state, and all that can happen in it.</summary>
    private void Open(SearchState state)
    {
        ulong hash = state.Hash();
        if (_met.TryGetValue(hash, out int before) && before >= state.Left)
        {
            return;
        }

        _met[hash] = state.Left;
        bool goesOn = state.GoesOn;
        bool ended = true;

        // What is put last is taken first: the present actor goes on.
        for (int i = _actors.Count - 1; i >= 0; i--)
        {
            if (state.At[i]?.Next is null)
            {
                continue;
            }

            ended = false;

            // Killed is as good as asleep for ever, unless it holds a lock.
            if (state.KillsLeft > 0 && (!goesOn || i == state.Current || state.Image.Holds(i)))
            {
                _open.Push((state, -1 - i));
            }

            if (i != state.Current && (!goesOn || state.Left > 0))
            {
                _open.Push((state, i));
            }
        }

        Ends += ended ? 1 : 0;
        if (state.BurialsLeft > 0 && !ended)
        {
            for (int i = 0; i < state.Image.Objects.Count; i++)
            {
                if (StoreNames.TryParseNumbered(StoreNames.Leases, state.Image.Objects[i].Name, out _, out long number) && number == 0)
                {
                    _open.Push((state, SearchState.Bury + i));
                }
            }
        }

        if (goesOn)
        {
            _open.Push((state, state.Current));
        }
    }

    private SearchState Take(SearchState state, int choice)
    {
        if (choice >= SearchState.Bury)
        {
            StoreImage without = state.Image.Without(state.Image.Objects[choice - SearchState.Bury].Name);
            return state with { Image = without, BurialsLeft = state.BurialsLeft - 1, From = state, Chosen = choice };
        }

        ActorNode?[] at = [.. state.At];
        if (choice < 0)
        {
            at[-1 - choice] = null;
            return state with { Image = state.Image.WithoutLocksOf(-1 - choice), At = at, KillsLeft = state.KillsLeft - 1, From = state, Chosen = choice };
        }

        (ActorStep step, StoreImage after) = _actors[choice].Follow(state.At[choice]!, state.Image);
        at[choice] = step.To;
        int left = state.GoesOn && choice != state.Current ? state.Left - 1 : state.Left;
        SearchState taken = state with { Image = after, At = at, Current = choice, Left = left, From = state, Chosen = choice };
        if (step.DeletesData || step.To.Next is null)
        {
            Check(taken, step.To.Next is null ? choice : -1);
        }

        return taken;
    }

    /// <summary>Looks at an actor that has ended, and at the Store if none like it was looked at before.</summary>
    private void Check(SearchState state, int ended)
    {
        bool hadEvent = state.KillsLeft < _world.Kills || state.BurialsLeft < _world.Burials;
        if (ended >= 0 && state.At[ended]!.Failure is { } failure && _actors[ended].Plan.Judge(failure, hadEvent) is { } wrong)
        {
            throw new LossException(wrong, state.Trace(_actors));
        }

        ulong hash = state.Image.LastingHash;
        Dictionary<string, string> promised = new(_world.Promised);
        for (int i = 0; i < _actors.Count; i++)
        {
            if (state.At[i]?.Reported is { } id)
            {
                promised[id] = _actors[i].Plan.Promise;
                hash = StateHash.Mix(hash, StateHash.Of(id));
            }
        }

        if (_checked.Add(hash)
            && PromiseCheck.FindLossAsync(new ImageStorage(state.Image, new ObjectTable(null), StoredObject.Free), _world.Home.Credentials, promised, _world.Removed).GetAwaiter().GetResult() is { } loss)
        {
            throw new LossException(loss, state.Trace(_actors));
        }
    }
}
