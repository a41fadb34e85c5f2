using System.Diagnostics;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>Walks at random through the orders in which actors' calls can follow each other, without a bound; each with actors that run from start to end.</summary>
internal sealed class RandomWalks(WorldPlan plan)
{
    /// <summary>Walks done.</summary>
    public int Count { get; private set; }

    /// <summary>Calls made in them.</summary>
    public long Steps { get; private set; }

    /// <summary>Walks until the time is up, and so many times at the least.</summary>
    /// <exception cref="LossException">A schedule that loses something.</exception>
    public void Walk(int seed, TimeSpan time, int least)
    {
        long started = Stopwatch.GetTimestamp();
        Random random = new(seed);
        while (Count < least || Stopwatch.GetElapsedTime(started) < time)
        {
            Walk(random);
        }
    }

    private void Walk(Random random)
    {
        Count++;
        using World world = new(plan.Home, plan.Rules, plan.Promised);
        foreach (ActorPlan actor in plan.Actors)
        {
            world.Add(actor, plan.Removed);
        }

        int killsLeft = plan.Kills;
        int burialsLeft = plan.Burials;
        List<Actor> able = [];
        while (true)
        {
            able.Clear();
            able.AddRange(world.Actors.Where(actor => actor.Next is not null));
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
}
