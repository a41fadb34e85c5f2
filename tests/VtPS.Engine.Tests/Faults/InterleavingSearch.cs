using System.Diagnostics;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// Searches the orders in which actors' calls can follow each other. Depth first by replay: an actor goes on until it ends; at every call each other actor may
/// come in its place, so often as the bound on such preemptions allows, and an event may come; a state that was met before with as much left is not gone into again.
/// Beyond that, random walks.
/// </summary>
/// <param name="create">Makes a world with its actors, each time the same.</param>
/// <param name="kills">How many actors may be killed in one schedule.</param>
/// <param name="burials">How often all leases may be buried in one schedule.</param>
internal sealed class InterleavingSearch(Func<World> create, int kills, int burials)
{
    // A choice is an actor's number; or one of these events, a kill with the actor's number added.
    private const int Bury = 1000;
    private const int Kill = 2000;

    private readonly Dictionary<ulong, int> _states = [];

    /// <summary>Schedules begun, and calls made in them.</summary>
    public int Schedules { get; private set; }

    public long Steps { get; private set; }

    /// <summary>Different states met by <see cref="Explore"/>.</summary>
    public int States => _states.Count;

    /// <summary>Schedules given up because a replay took another way.</summary>
    public int Diverged { get; private set; }

    /// <summary>Searches up to a bound.</summary>
    /// <returns>Whether everything within the bound was searched before the time was up.</returns>
    /// <exception cref="LossException">A schedule that loses something.</exception>
    public bool Explore(int preemptions, TimeSpan time)
    {
        long started = Stopwatch.GetTimestamp();
        Stack<int[]> open = new([[]]);
        while (open.TryPop(out int[]? prefix))
        {
            if (Stopwatch.GetElapsedTime(started) > time)
            {
                return false;
            }

            Run(prefix, preemptions, open);
        }

        return true;
    }

    /// <summary>Walks at random until the time is up, and so many times at the least.</summary>
    /// <exception cref="LossException">A schedule that loses something.</exception>
    public void Walk(int seed, TimeSpan time, int least)
    {
        long started = Stopwatch.GetTimestamp();
        Random random = new(seed);
        while (Schedules < least || Stopwatch.GetElapsedTime(started) < time)
        {
            Walk(random);
        }
    }

    private void Walk(Random random)
    {
        Schedules++;
        using World world = create();
        int killsLeft = kills;
        int burialsLeft = burials;
        List<Actor> able = [];
        while (true)
        {
            able.Clear();
            foreach (Actor actor in world.Actors)
            {
                if (actor.Next is not null)
                {
                    able.Add(actor);
                }
            }

            if (able.Count == 0)
            {
                world.Check();
                return;
            }

            Actor chosen = able[random.Next(able.Count)];
            if (burialsLeft > 0 && random.Next(60) == 0 && world.Leases().Count > 0)
            {
                burialsLeft--;
                world.BuryAll();
            }

            if (killsLeft > 0 && random.Next(150) == 0)
            {
                killsLeft--;
                world.Kill(chosen);
                continue;
            }

            // Bursts: short ones to meet in the middle of things, long ones to sleep through much.
            for (int burst = random.Next(8) switch { 0 or 1 or 2 => 1, 3 => 2, 4 => 4, 5 => 8, 6 => 16, _ => 64 }; burst > 0 && chosen.Next is not null; burst--)
            {
                Steps++;
                world.Step(chosen);
            }
        }
    }

    private void Run(int[] prefix, int preemptions, Stack<int[]> open)
    {
        Schedules++;
        using World world = create();
        List<int> choices = [.. prefix];
        int left = preemptions;
        int killsLeft = kills;
        int burialsLeft = burials;
        Actor? current = null;
        foreach (int choice in prefix)
        {
            if (!TryApply(world, choice, ref current, ref left, ref killsLeft, ref burialsLeft))
            {
                Diverged++;
                return;
            }
        }

        while (true)
        {
            bool goesOn = current?.Next is not null;
            Actor? next = goesOn ? current : world.Actors.Find(a => a.Next is not null);
            if (next is null)
            {
                world.Check();
                return;
            }

            ulong state = Actor.Mix(Actor.Mix(world.State(), (ulong)(goesOn ? current!.Number : -1)), (ulong)((killsLeft * 16) + burialsLeft));
            if (_states.TryGetValue(state, out int before) && before >= left)
            {
                return;
            }

            _states[state] = left;
            foreach (Actor other in world.Actors)
            {
                if (other != next && other.Next is not null && (!goesOn || left > 0))
                {
                    open.Push([.. choices, other.Number]);
                }
            }

            if (killsLeft > 0)
            {
                open.Push([.. choices, Kill + next.Number]);
            }

            if (burialsLeft > 0 && world.Leases().Count > 0)
            {
                open.Push([.. choices, Bury]);
            }

            choices.Add(next.Number);
            TryApply(world, next.Number, ref current, ref left, ref killsLeft, ref burialsLeft);
        }
    }

    private bool TryApply(World world, int choice, ref Actor? current, ref int left, ref int killsLeft, ref int burialsLeft)
    {
        if (choice == Bury)
        {
            burialsLeft--;
            world.BuryAll();
            return true;
        }

        Actor actor = world.Actors[choice % Kill];
        if (actor.Next is null)
        {
            return false;
        }

        if (choice >= Kill)
        {
            killsLeft--;
            world.Kill(actor);
            return true;
        }

        if (current is not null && current != actor && current.Next is not null)
        {
            left--;
        }

        current = actor;
        Steps++;
        world.Step(actor);
        return true;
    }
}
