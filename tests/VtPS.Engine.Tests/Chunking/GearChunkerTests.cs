using VtPS.Engine.Chunking;
using Xunit;

namespace VtPS.Engine.Tests.Chunking;

public sealed class GearChunkerTests
{
    [Fact]
    public void Content_is_cut_where_the_format_says()
    {
        // Computed apart from this program, from the description of the format.
        List<int> cuts = Cut(new GearChunker(ChunkerParameters.Create(4096, null, null)), TestContent.Hashes(8192 * 32));
        Assert.Equal([4176, 3491, 1517, 6629, 1220, 5374, 7335, 4057, 5599, 2494, 9375, 2536], cuts.Take(12));
        Assert.Equal(64, cuts.Count);

        cuts = Cut(new GearChunker(ChunkerParameters.Create(4096, 1024, 4096)), TestContent.Hashes(8192 * 32));
        Assert.Equal([4096, 3571, 1517, 4096, 2533, 1220, 4096, 1278, 4096, 4096, 4096, 4096], cuts.Take(12));
        Assert.Equal(74, cuts.Count);
    }

    [Theory]
    [InlineData(4096, 16)]
    [InlineData(65536, 64)]
    [InlineData(262144, 128)]
    public void The_mean_comes_close_to_the_average_on_random_data(int average, int mebibytes)
    {
        byte[] data = TestContent.Random(mebibytes << 20);
        List<int> cuts = Cut(new GearChunker(ChunkerParameters.Create(average, null, null)), data);
        Assert.InRange((double)data.Length / cuts.Count / average, 0.9, 1.1);
    }

    [Theory]
    [InlineData(4096, 1024, 4096)]
    [InlineData(4096, 2048, 8192)]
    [InlineData(16384, 1024, 65536)]
    public void No_chunk_is_shorter_than_the_minimum_or_longer_than_the_maximum(int average, int minimum, int maximum)
    {
        List<int> cuts = Cut(new GearChunker(ChunkerParameters.Create(average, minimum, maximum)), TestContent.Random(4 << 20));
        Assert.All(cuts.SkipLast(1), length => Assert.InRange(length, minimum, maximum));
        Assert.InRange(cuts[^1], 1, maximum);
    }

    [Fact]
    public void An_average_equal_to_the_maximum_still_cuts_by_content()
    {
        List<int> cuts = Cut(new GearChunker(ChunkerParameters.Create(4096, 1024, 4096)), TestContent.Random(4 << 20));
        Assert.InRange(cuts.Count(length => length < 4096) / (double)cuts.Count, 0.2, 0.6);
        Assert.InRange(cuts.Average() / 4096, 0.8, 1.0);
    }

    [Fact]
    public void A_cut_depends_on_nothing_that_follows_it()
    {
        GearChunker chunker = new(ChunkerParameters.Create(4096, null, null));
        byte[] data = TestContent.Random(64 * 1024);
        int expected = chunker.FindCut(data, out bool found);
        Assert.True(found);
        for (int length = 0; length <= expected + 70; length++)
        {
            int cut = chunker.FindCut(data.AsSpan(0, length), out found);
            Assert.Equal(length >= expected, found);
            Assert.Equal(Math.Min(length, expected), cut);
        }
    }

    [Fact]
    public void Without_a_cut_in_it_content_is_cut_at_the_maximum()
    {
        GearChunker chunker = new(ChunkerParameters.Create(4096, null, null));
        byte[] zeros = new byte[16385];
        Assert.Equal(16384, chunker.FindCut(zeros, out bool found));
        Assert.True(found);
        Assert.Equal(16384, chunker.FindCut(zeros.AsSpan(0, 16384), out found));
        Assert.True(found);
        Assert.Equal(16383, chunker.FindCut(zeros.AsSpan(0, 16383), out found));
        Assert.False(found);
    }

    [Fact]
    public void Zeros_are_cut_in_one_known_length_at_every_average()
    {
        for (int average = 4096; average <= 8 << 20; average *= 2)
        {
            GearChunker chunker = new(ChunkerParameters.Create(average, null, null));
            int length = chunker.ZeroChunkLength;
            Assert.InRange(length, chunker.Parameters.Minimum, chunker.Parameters.Maximum);
            Assert.All(Cut(chunker, new byte[(2 * length) + 1])[..2], cut => Assert.Equal(length, cut));
        }
    }

    [Theory]
    [InlineData(4096, false)]
    [InlineData(4096, true)]
    [InlineData(65536, false)]
    [InlineData(65536, true)]
    public void One_byte_inserted_changes_few_chunks(int average, bool text)
    {
        const int trials = 10_000;
        GearChunker chunker = new(ChunkerParameters.Create(average, null, null));
        int length = 24 * average;
        byte[] data = text ? TestContent.Text(length) : TestContent.Random(length);
        HashSet<int> ends = Ends(Cut(chunker, data));
        int[] starts = [0, .. ends.Order()];
        byte[] changed = new byte[length + 1];
        Random random = new(3);
        int more = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            int place = random.Next(length / 2);
            data.AsSpan(0, place).CopyTo(changed);
            changed[place] = (byte)(text ? 'x' : random.Next(256));
            data.AsSpan(place).CopyTo(changed.AsSpan(place + 1));

            // Chunks that end before the place are as they were; from the first old end met again on, all are.
            int fresh = 0;
            for (int start = starts.Last(s => s <= place); start < changed.Length;)
            {
                start += chunker.FindCut(changed.AsSpan(start), out _);
                if (start > place)
                {
                    fresh++;
                    if (ends.Contains(start - 1))
                    {
                        break;
                    }
                }
            }

            more += fresh > 3 ? 1 : 0;
        }

        Assert.InRange(more, 0, trials / 1000);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1000)]
    public void What_repeats_itself_gives_no_more_different_chunks_than_its_period_is_long(int period)
    {
        byte[] unit = TestContent.Random(period);
        byte[] data = new byte[8 << 20];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = unit[i % period];
        }

        HashSet<(int Phase, int Length)> different = [];
        int start = 0;
        foreach (int length in Cut(new GearChunker(ChunkerParameters.Create(4096, null, null)), data).SkipLast(1))
        {
            different.Add((start % period, length));
            start += length;
        }

        Assert.InRange(different.Count, 1, period);
    }

    [Fact]
    public void Equal_content_after_different_beginnings_is_cut_alike()
    {
        GearChunker chunker = new(ChunkerParameters.Create(4096, null, null));
        byte[] tail = TestContent.Random(1 << 20);
        List<int> alone = Cut(chunker, tail);
        List<int> shifted = Cut(chunker, [.. TestContent.Random(100_003, seed: 2), .. tail]);
        HashSet<int> ends = Ends(alone);
        ends.IntersectWith(Ends(shifted).Select(end => end - 100_003));
        Assert.True(ends.Count > alone.Count - 8, $"{ends.Count} of {alone.Count} cuts were found again.");
    }

    private static List<int> Cut(GearChunker chunker, byte[] data)
    {
        List<int> lengths = [];
        for (int start = 0; start < data.Length;)
        {
            int length = chunker.FindCut(data.AsSpan(start), out _);
            lengths.Add(length);
            start += length;
        }

        return lengths;
    }

    private static HashSet<int> Ends(List<int> lengths)
    {
        HashSet<int> ends = [];
        int end = 0;
        foreach (int length in lengths)
        {
            ends.Add(end += length);
        }

        return ends;
    }
}
