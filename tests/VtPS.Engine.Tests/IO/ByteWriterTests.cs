using VtPS.Engine.IO;
using VtPS.Engine.Replicas;
using Xunit;

namespace VtPS.Engine.Tests.IO;

public sealed class ByteWriterTests
{
    [Theory]
    [InlineData(256, 257, 512)]
    [InlineData(256, 4000, 4000)]
    [InlineData(1 << 30, (1 << 30) + 1, 0x7FFFFFC7)]
    public void A_buffer_grows_to_twice_its_size_as_far_as_one_may(int capacity, int least, int grown) => Assert.Equal(grown, ByteWriter.Grown(capacity, least));

    [Theory]
    [InlineData(0)]
    [InlineData(80_000)]
    [InlineData(7_000_000)]
    [InlineData(int.MaxValue)]
    public void The_state_of_a_tree_of_any_size_gets_room_that_can_be_had(int entries) => Assert.InRange(ReplicaStateCodec.RoomFor(entries), 1 << 16, 1 << 30);
}
