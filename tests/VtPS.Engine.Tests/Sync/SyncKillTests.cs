using VtPS.Engine.Tests.Faults;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>kill -9 of either side in the middle of syncs, at random moments.</summary>
public sealed class SyncKillTests
{
    [Fact]
    public async Task A_killed_sync_is_taken_up_by_the_next()
    {
        Random random = new(LongRun.Seed);
        using SyncWorld world = new("A", "B");
        Fill(world["A"], random, 400);
        for (int i = 0; i < LongRun.Count(8, 200); i++)
        {
            Rearrange(world["A"], random, i);
            Rearrange(world["B"], random, i + 100_000);
            (HashSet<string> one, HashSet<string> two) = (world["A"].Contents(), world["B"].Contents());
            await SyncKiller.RunAsync(world["A"].Path, world["B"].Path, random, 200);
            world.NoteTaken("A", one);
            world.NoteTaken("B", two);
            if (i % 4 == 3)
            {
                await world.SettleAsync();
            }
        }

        await world.SettleAsync();
        await world.AssertNothingLostAsync();
    }

    [Fact]
    public async Task An_edit_of_what_a_killed_sync_put_in_place_is_no_conflict_with_it()
    {
        using SyncWorld world = new("A", "B", "C");
        world["A"].Write("keep", "keep", 0);
        world["A"].Write("f", "what it was, and some more words, so that it is a block", 0);
        await world.SettleAsync();
        world["B"].Write("f", "what B made of it, and some more words, so that it is a block", 10);
        await SyncKiller.RunToAsync(world["A"].Path, world["B"].Path, 1);
        Assert.Contains("f = what B made of it, and some more words, so that it is a block", world["A"].List());

        // Now nobody has B's any more but B, whose user gives it up, too.
        world["A"].Write("f", "what A made of that, and some more words, so that it is a block", 20);
        (VtSyncResult result, _) = await world.SyncAsync("C", "A");
        Assert.Equal((0L, 0L), (result.Conflicts, result.Waiting));
        world["B"].Delete("f");
        await world.SettleAsync();
        Assert.Equal(["f = what A made of that, and some more words, so that it is a block", "keep = keep"], world["B"].List());
        await world.AssertNothingLostAsync();
    }

    [Fact]
    public async Task What_a_killed_sync_put_in_place_and_nobody_touched_is_no_change()
    {
        using SyncWorld world = new("A", "B");
        world["A"].Write("keep", "keep", 0);
        world["A"].Write("f", "what it was, and some more words, so that it is a block", 0);
        await world.SettleAsync();
        world["B"].Write("f", "what B made of it, and some more words, so that it is a block", 10);
        await SyncKiller.RunToAsync(world["A"].Path, world["B"].Path, 1);
        (VtSyncResult result, List<VtSyncAction> actions) = await world.SyncAsync("A", "B");
        Assert.Equal((0L, 0L), (result.LocalChanges, result.RemoteChanges));
        Assert.Empty(actions);
        Assert.Equal(["f = what B made of it, and some more words, so that it is a block", "keep = keep"], world["A"].List());
    }

    private static void Fill(SyncTree tree, Random random, int count)
    {
        tree.Write("keep", "keep", 0);
        for (int i = 0; i < count; i++)
        {
            tree.Write($"d{i % 7}/e{i % 3}/f{i}", $"content {i} {new string('x', random.Next(30_000))}", i);
        }
    }

    private static void Rearrange(SyncTree tree, Random random, int round)
    {
        List<FileInfo> files = [.. tree.Files().Where(f => f.Name != "keep")];
        for (int i = 0; i < 60 && files.Count > 0; i++)
        {
            string path = Path.GetRelativePath(tree.Path, files[random.Next(files.Count)].FullName);
            if (!File.Exists(tree.FullPath(path)))
            {
                continue;
            }

            switch (random.Next(6))
            {
                case 0: tree.Delete(path); break;
                case 1: tree.Move(path, $"moved{round}-{i}"); break;
                case < 4: tree.Write(path, $"edited {round} {i} {new string('y', random.Next(30_000))}", (round * 100) + i); break;
                default: tree.Write($"d{random.Next(7)}/new{round}-{i}", $"new {round} {i}", (round * 100) + i); break;
            }
        }

        string folder = $"d{random.Next(7)}";
        if (Directory.Exists(tree.FullPath(folder)) && !Directory.Exists(tree.FullPath($"r{round}")))
        {
            tree.Move(folder, $"r{round}");
        }
    }
}
