using VtPS.Engine.Chunking;
using Xunit;

namespace VtPS.Engine.Tests.Chunking;

public sealed class RunDetectorTests
{
    [Fact]
    public void A_run_of_any_length_and_byte_is_told_with_its_byte()
    {
        foreach (int length in new[] { 1, 2, 15, 16, 31, 32, 33, 63, 64, 65, 1000, 100_000 })
        {
            foreach (byte value in new byte[] { 0, 1, 127, 255 })
            {
                byte[] data = new byte[length];
                data.AsSpan().Fill(value);
                Assert.True(RunDetector.IsRun(data, out byte told));
                Assert.Equal(value, told);
            }
        }
    }

    [Fact]
    public void One_other_byte_at_any_place_makes_it_no_run()
    {
        byte[] data = new byte[200];
        for (int length = 2; length <= data.Length; length++)
        {
            for (int place = 0; place < length; place++)
            {
                data[place] = 1;
                Assert.False(RunDetector.IsRun(data.AsSpan(0, length), out _));
                data[place] = 0;
            }
        }
    }

    [Fact]
    public void Nothing_is_no_run() => Assert.False(RunDetector.IsRun([], out _));
}
