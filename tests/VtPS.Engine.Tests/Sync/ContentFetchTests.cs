using VtPS.Engine.Histories;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Content from several sources at once, of which some fail.</summary>
public sealed class ContentFetchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Two_sources_share_what_there_is()
    {
        using FetchPlace place = Many();
        TaskCompletionSource second = new();
        FakeSource b = Source(place, "b", gate: second.Task);
        FakeSource c = Source(place, "c");
        Task<IReadOnlyList<ContentShare>> run = place.RunAsync(b.Origin, c.Origin);
        await UntilAsync(() => !c.Asked.IsEmpty);
        second.SetResult();

        IReadOnlyList<ContentShare> shares = await run.WaitAsync(Limit);

        Assert.All(place.Order, d => Assert.True(place.Has(d)));
        Assert.All(shares, s => Assert.True(s.Files > 0 && s.Failure is null));
        Assert.Equal(place.Order.Count, shares.Sum(s => s.Files));
        Assert.Equal((b.Sent, c.Sent), (shares[0].Bytes, shares[1].Bytes));

        // Nothing came twice, and the first has what comes first.
        Assert.Equal(place.Order.Count, b.Asked.Count + c.Asked.Count);
        Assert.Superset(place.Order.Take(128).ToHashSet(), b.Asked.Select(r => r.Data).ToHashSet());
        Assert.True(b.IsClosed && c.IsClosed);
    }

    [Fact]
    public async Task A_small_fetch_reaches_nobody_but_the_first()
    {
        using FetchPlace place = new(Enumerable.Range(100, 20));
        FakeSource b = Source(place, "b");
        FakeSource c = Source(place, "c");

        await place.RunAsync(b.Origin, c.Origin).WaitAsync(Limit);

        Assert.All(place.Order, d => Assert.True(place.Has(d)));
        Assert.False(c.WasOpened);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(25)]
    public async Task Where_one_dies_another_goes_on_from_what_came(int after)
    {
        using FetchPlace place = new([.. Enumerable.Range(1000, 20), 1_000_000, 900_000]);
        FakeSource b = Source(place, "b", diesAfter: after);
        FakeSource c = Source(place, "c");

        IReadOnlyList<ContentShare> shares = await place.RunAsync(b.Origin, c.Origin).WaitAsync(Limit);

        Assert.All(place.Order, d => Assert.True(place.Has(d)));
        Assert.Equal(VtErrorId.PeerUnreachable, shares[0].Failure!.ErrorId);
        Assert.Equal(place.Contents.Values.Sum(x => (long)x.Length), b.Sent + c.Sent);
        Assert.Equal(after == 25, c.Asked.Any(r => r.Offset > 0));
    }

    [Fact]
    public async Task Where_all_die_the_error_is_that_of_the_first_and_the_next_fetch_sends_only_the_rest()
    {
        using FetchPlace place = new([1_000_000, 1_500_000]);
        FakeSource b = Source(place, "b", diesAfter: 10);
        FakeSource c = Source(place, "c", diesAfter: 20);
        VtException error = await Assert.ThrowsAsync<VtException>(() => place.RunAsync(b.Origin, c.Origin).WaitAsync(Limit));
        Assert.Equal((VtErrorId.PeerUnreachable, "b"), (error.ErrorId, error.Target));
        FakeSource again = Source(place, "b");

        await place.RunAsync(again.Origin).WaitAsync(Limit);

        Assert.All(place.Order, d => Assert.True(place.Has(d)));
        Assert.Equal(place.Contents.Values.Sum(x => (long)x.Length), b.Sent + c.Sent + again.Sent);
        Assert.Equal([500_000, 0], c.Asked.Select(r => r.Offset));
        Assert.Equal(500_000, Assert.Single(again.Asked).Offset);
    }

    [Fact]
    public async Task From_one_that_stalls_its_work_is_taken_when_another_has_nothing_to_do()
    {
        using FetchPlace place = Many();
        FakeSource b = Source(place, "b", stallsAfter: 3);
        FakeSource c = Source(place, "c");
        Task<IReadOnlyList<ContentShare>> run = place.RunAsync(b.Origin, c.Origin);
        await b.Stalled.Task.WaitAsync(Limit);
        await UntilAsync(() => c.Sent > 0 && place.UnderWay.Values.All(name => name == "b"));
        place.Time.Advance(ContentFetch.Patience * 0.9);
        await Task.Delay(50);
        Assert.False(run.IsCompleted);

        await place.PassTimeAsync(run);

        Assert.All(place.Order, d => Assert.True(place.Has(d)));
        Assert.Null((await run)[0].Failure);
    }

    [Fact]
    public async Task One_that_stalls_is_asked_again_for_what_only_it_has()
    {
        using FetchPlace place = new(Enumerable.Range(1000, 10));
        FakeSource b = Source(place, "b", stallsAfter: 4);
        FakeSource c = Source(place, "c", lacks: d => d == place.Order[9]);
        Task run = place.RunAsync(b.Origin, c.Origin);

        await place.PassTimeAsync(UntilAsync(() => b.Asked.Count > 10));

        // Nobody else has it, so it is waited for, however long.
        Assert.All(place.Order.Take(9), d => Assert.True(place.Has(d)));
        Assert.Equal(place.Order[9], b.Asked.Last().Data);
        place.Time.Advance(TimeSpan.FromHours(1));
        await Task.Delay(50);
        Assert.False(run.IsCompleted);
    }

    [Fact]
    public async Task Another_than_the_first_that_stalls_with_what_only_it_has_is_given_up()
    {
        using FetchPlace place = new(Enumerable.Range(1000, 10));
        FakeSource b = Source(place, "b", lacks: d => d == place.Order[9]);
        FakeSource c = Source(place, "c", stallsAfter: 0);
        Task<IReadOnlyList<ContentShare>> run = place.RunAsync(b.Origin, c.Origin);
        await c.Stalled.Task.WaitAsync(Limit);

        await place.PassTimeAsync(run);

        Assert.Equal(VtErrorId.PeerTimeout, (await run)[1].Failure!.ErrorId);
        Assert.Equal(place.Order.Take(9), place.Order.Where(place.Has));
        Assert.True(c.IsClosed);
    }

    [Fact]
    public async Task One_that_cannot_be_reached_is_waited_for_no_longer_than_another_may_be_silent()
    {
        using FetchPlace place = new(Enumerable.Range(1000, 10));
        FakeSource b = Source(place, "b", lacks: d => d == place.Order[3]);
        TaskCompletionSource asked = new();
        ContentOrigin dark = new("c", async (_, token) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        });
        Task<IReadOnlyList<ContentShare>> run = place.RunAsync(b.Origin, dark);
        await asked.Task.WaitAsync(Limit);
        Assert.False(run.IsCompleted);

        await place.PassTimeAsync(run);

        Assert.Equal(VtErrorId.PeerTimeout, (await run)[1].Failure!.ErrorId);
        Assert.Equal(place.Order.Where(d => d != place.Order[3]), place.Order.Where(place.Has));
    }

    [Fact]
    public async Task Wrong_content_is_asked_of_another()
    {
        using FetchPlace place = new([.. Enumerable.Range(1000, 150), 400_000]);
        FakeSource b = Source(place, "b", spoils: d => place.Contents[d].Length % 2 == 0);
        FakeSource c = Source(place, "c", spoils: d => place.Contents[d].Length % 2 == 1 || place.Contents[d].Length == 1010);

        IReadOnlyList<ContentShare> shares = await place.RunAsync(b.Origin, c.Origin).WaitAsync(Limit);

        // What both have wrong is left out, and is no error.
        Assert.Equal([1010], place.Order.Where(d => !place.Has(d)).Select(d => (int)d.Length));
        Assert.All(shares, s => Assert.Null(s.Failure));
        Assert.Empty(Directory.GetFiles(place.Staging, "*.part"));
    }

    [Fact]
    public async Task What_was_added_to_a_wrong_beginning_is_fetched_anew_from_the_same_source()
    {
        using FetchPlace place = new([400_000, 300_000]);
        place.WritePart(place.Order[1], new byte[100_000]);
        FakeSource b = Source(place, "b");

        await place.RunAsync(b.Origin).WaitAsync(Limit);

        Assert.All(place.Order, d => Assert.True(place.Has(d)));
        Assert.Equal([100_000, 0, 0], b.Asked.Select(r => r.Offset));
    }

    [Fact]
    public async Task What_one_has_not_comes_from_another_and_what_nobody_has_waits()
    {
        using FetchPlace place = new(Enumerable.Range(1000, 30));
        FakeSource b = Source(place, "b", lacks: d => d.Length < 1020);
        FakeSource c = Source(place, "c", lacks: d => d.Length < 1010);

        IReadOnlyList<ContentShare> shares = await place.RunAsync(b.Origin, c.Origin).WaitAsync(Limit);

        Assert.Equal(Enumerable.Range(1010, 20), place.Order.Where(place.Has).Select(d => (int)d.Length));
        Assert.Equal([10, 10], shares.Select(s => s.Files));
    }

    [Fact]
    public async Task What_is_not_to_be_had_from_those_who_are_left_ends_it_with_the_error_of_the_first()
    {
        using FetchPlace place = new(Enumerable.Range(1000, 30));
        FakeSource b = Source(place, "b", diesAfter: 5);
        FakeSource c = Source(place, "c", lacks: d => d.Length == 1025);

        VtException error = await Assert.ThrowsAsync<VtException>(() => place.RunAsync(b.Origin, c.Origin).WaitAsync(Limit));

        Assert.Equal("b", error.Target);
        Assert.Equal(29, place.Order.Count(place.Has));
    }

    [Fact]
    public async Task One_that_does_not_keep_to_the_rules_is_left()
    {
        using FetchPlace place = Many();
        FakeSource b = Source(place, "b", babblesAfter: 10);
        FakeSource c = new("c", place.Contents) { SaysNothing = true, UnderWay = place.UnderWay };
        FakeSource d = Source(place, "d");

        IReadOnlyList<ContentShare> shares = await place.RunAsync(b.Origin, c.Origin, d.Origin).WaitAsync(Limit);

        Assert.All(place.Order, x => Assert.True(place.Has(x)));
        Assert.Equal(VtErrorId.PeerProtocolMismatch, shares[0].Failure!.ErrorId);
        Assert.Equal(0, shares[1].Files);
    }

    [Fact]
    public async Task A_staging_folder_that_cannot_be_written_ends_it_at_once()
    {
        using FetchPlace place = Many();
        FakeSource c = Source(place, "c");
        FakeSource b = Source(place, "b", gate: UntilAsync(() => c.Sent > 0).ContinueWith(_ => Remove(place.Staging)));

        await Assert.ThrowsAnyAsync<IOException>(() => place.RunAsync(b.Origin, c.Origin).WaitAsync(Limit));

        Assert.Empty(place.UnderWay);
    }

    [Fact]
    public async Task Whoever_fails_how_what_an_honest_source_has_is_there_in_the_end()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            using FetchPlace place = new(Enumerable.Range(0, random.Next(1, 150)).Select(i => (random.Next(8) == 0 ? 200_000 : 1000) + i));
            FakeSource[] sources = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => Source(
                place,
                $"{i}",
                diesAfter: random.Next(2) == 0 ? random.Next(60) : int.MaxValue,
                stallsAfter: random.Next(3) == 0 ? random.Next(60) : int.MaxValue,
                babblesAfter: random.Next(6) == 0 ? random.Next(60) : int.MaxValue,
                lacks: Some(random.Next()),
                spoils: Some(random.Next())))];

            // The last never fails, where it is not the first. It has everything where the first may stall: for what only that has it would be waited.
            bool stalls = sources[0].StallsAfter != int.MaxValue;
            sources = sources.Length == 1 ? sources : [.. sources[..^1], Source(place, "last", lacks: stalls ? null : Some(random.Next()))];
            Task<IReadOnlyList<ContentShare>> run = place.RunAsync([.. sources.Select(s => s.Origin)]);
            await (sources.Length == 1 && stalls ? Task.WhenAny(run, sources[0].Stalled.Task) : place.PassTimeAsync(run)).WaitAsync(Limit);
            if (run.IsFaulted)
            {
                Assert.Equal("0", Assert.IsType<VtException>(run.Exception.InnerException).Target);
            }

            NodeData[] missing = [.. sources.Length == 1 ? [] : place.Order.Where(d => !sources[^1].Lacks(d) && !place.Has(d))];
            Assert.True(missing.Length == 0, $"Seed {seed}: {missing.Length} of {place.Order.Count} are missing.");
        }
    }

    /// <summary>Removes a folder that files come into.</summary>
    private static void Remove(string folder)
    {
        while (Directory.Exists(folder))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // One came.
            }
        }
    }

    private static FetchPlace Many() => new(Enumerable.Range(4000, 300));

    private static Predicate<NodeData> Some(int seed) => seed % 3 == 0 ? _ => false : data => (data.Length + seed) % 5 == 0;

    private static FakeSource Source(
        FetchPlace place, string name, int diesAfter = int.MaxValue, int stallsAfter = int.MaxValue, int babblesAfter = int.MaxValue,
        Predicate<NodeData>? lacks = null, Predicate<NodeData>? spoils = null, Task? gate = null) => new(name, place.Contents)
        {
            DiesAfter = diesAfter,
            StallsAfter = stallsAfter,
            BabblesAfter = babblesAfter,
            Lacks = lacks ?? (_ => false),
            Spoils = spoils ?? (_ => false),
            Gate = gate ?? Task.CompletedTask,
            UnderWay = place.UnderWay,
        };

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.True(condition(), "It was waited for in vain.");
    }
}
