using VtPS.Engine.Histories;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Who fetches what.</summary>
public sealed class FetchLedgerTests
{
    [Fact]
    public void What_is_here_in_part_comes_first_and_then_the_order_is_that_of_the_plan()
    {
        FetchLedger ledger = new([Request(5), Request(5), Request(5, offset: 1), Request(5), Request(5, offset: 4)], 1);

        Assert.Equal([2, 4, 0, 1, 3], ledger.Begin(0, out _)!.Items);
        Assert.Null(ledger.Begin(0, out Task changed));
        Assert.False(changed.IsCompleted);
    }

    [Fact]
    public void Batches_of_several_sources_are_bounded_and_get_smaller_towards_the_end()
    {
        FetchLedger ledger = new([.. Enumerable.Range(0, 8000).Select(_ => Request(100_000))], 2);
        List<int> counts = [];
        while (ledger.Begin(counts.Count % 2, out _) is { } token)
        {
            counts.Add(token.Items.Count);
        }

        // 32 MiB at first, and in the end no less than 1 MiB.
        Assert.Equal((336, 8000), (counts[0], counts.Sum()));
        Assert.Equal(counts.OrderDescending(), counts);
        Assert.InRange(counts[^2], 11, 12);
    }

    [Fact]
    public void Once_only_one_source_is_left_it_gets_everything_at_once()
    {
        FetchLedger ledger = new([.. Enumerable.Range(0, 5000).Select(_ => Request(100_000))], 3);
        FetchToken first = ledger.Begin(0, out _)!;
        ledger.Remove(1);
        ledger.Remove(2);

        Assert.Equal(5000 - first.Items.Count, ledger.Begin(0, out _)!.Items.Count);
    }

    [Fact]
    public void Nothing_wanted_has_ended() => Assert.True(new FetchLedger([], 2).Ended.IsCompleted);

    [Fact]
    public void Who_asks_for_work_after_the_end_is_not_left_waiting()
    {
        FetchLedger ledger = new([Request(1)], 2);
        Assert.True(ledger.Complete(ledger.Begin(0, out _)!, 0));

        Assert.Null(ledger.Begin(1, out Task begun));
        Assert.False(ledger.CanBegin(0, out Task could));
        Assert.True(begun.IsCompleted && could.IsCompleted);
    }

    [Fact]
    public void What_one_source_has_not_another_is_told_of_at_once()
    {
        FetchLedger ledger = new([Request(1), Request(1)], 2);
        FetchToken token = ledger.Begin(0, out _)!;
        Assert.False(ledger.CanBegin(1, out Task changed));

        Assert.True(ledger.Missing(token, 1));

        Assert.True(changed.IsCompleted);
        Assert.True(ledger.CanBegin(1, out _));
        Assert.False(ledger.CanBegin(0, out _));
        Assert.Equal([1], ledger.Begin(1, out _)!.Items);
    }

    [Fact]
    public void A_slow_source_loses_its_work_and_is_asked_only_for_what_nobody_else_has()
    {
        FetchLedger ledger = new([Request(1), Request(1)], 2);
        FetchToken token = ledger.Begin(0, out _)!;
        Assert.True(ledger.Write(token));
        Assert.True(ledger.TryDemote(0));

        // It may no more write, but what it was writing just then counts.
        Assert.False(ledger.Write(token));
        Assert.True(ledger.Complete(token, 0));
        Assert.Null(ledger.Begin(1, out _));
        ledger.Cancel(token);
        Assert.Null(ledger.Begin(0, out _));
        FetchToken other = ledger.Begin(1, out _)!;
        Assert.Equal([1], other.Items);
        Assert.True(ledger.Missing(other, 1));
        FetchToken last = ledger.Begin(0, out _)!;
        Assert.Equal([1], last.Items);
        Assert.False(ledger.TryDemote(0));
        Assert.True(ledger.Complete(last, 1));
        Assert.True(ledger.Ended.IsCompletedSuccessfully);
    }

    [Fact]
    public void Where_the_other_becomes_slow_too_the_first_gets_it_back()
    {
        FetchLedger ledger = new([Request(1)], 2);
        FetchToken token = ledger.Begin(0, out _)!;
        Assert.True(ledger.TryDemote(0));
        ledger.Cancel(token);
        token = ledger.Begin(1, out _)!;

        Assert.True(ledger.TryDemote(1));

        ledger.Cancel(token);
        Assert.Null(ledger.Begin(1, out _));
        Assert.True(ledger.Complete(ledger.Begin(0, out _)!, 0));
    }

    [Fact]
    public void Nothing_is_taken_from_a_slow_source_that_no_idle_one_could_have()
    {
        FetchLedger ledger = new([Request(1)], 2);
        Assert.True(ledger.Missing(ledger.Begin(1, out _)!, 0));
        FetchToken token = ledger.Begin(0, out _)!;

        Assert.False(ledger.TryDemote(0));
        Assert.True(ledger.Write(token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Random_operations_lose_nothing_and_begin_nothing_twice(int sources)
    {
        for (int seed = 0; seed < 100; seed++)
        {
            new FetchLedgerModel(sources, seed).Run();
        }
    }

    private static ContentRequest Request(long length, long offset = 0) => new(NodeData.File(VtBlockReference.OfRun(0, length)), offset);
}
