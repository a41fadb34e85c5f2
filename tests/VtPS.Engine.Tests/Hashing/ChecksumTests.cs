using VtPS.Engine.Hashing;
using Xunit;

namespace VtPS.Engine.Tests.Hashing;

public sealed class ChecksumTests
{
    // The vectors of xxHash's own self-test (XXH3_64bits, seed 0), over its generated buffer.
    [Theory]
    [InlineData(0, 0x2D06800538D394C2UL)]
    [InlineData(1, 0xC44BDFF4074EECDBUL)]
    [InlineData(6, 0x27B56A84CD2D7325UL)]
    [InlineData(12, 0xA713DAF0DFBB77E7UL)]
    [InlineData(24, 0xA3FE70BF9D3510EBUL)]
    [InlineData(48, 0x397DA259ECBA1F11UL)]
    [InlineData(80, 0xBCDEFBBB2C47C90AUL)]
    [InlineData(195, 0xCD94217EE362EC3AUL)]
    [InlineData(403, 0xCDEB804D65C6DEA4UL)]
    [InlineData(512, 0x617E49599013CB6BUL)]
    [InlineData(2048, 0xDD59E2C3A5F038E0UL)]
    [InlineData(2240, 0x6E73A90539CF2948UL)]
    [InlineData(2367, 0xCB37AEB9E5D361EDUL)]
    public void The_vectors_of_xxhash_hold_whole_and_in_pieces(int length, ulong expected)
    {
        byte[] data = SanityBuffer(length);
        Assert.Equal(expected, Checksum.Xxh3(data));

        ChecksumBuilder builder = new();
        for (int i = 0; i < length; i += 7)
        {
            builder.Append(data.AsSpan(i, Math.Min(7, length - i)));
        }

        Assert.Equal(expected, builder.Value);
        builder.Reset();
        Assert.Equal(0x2D06800538D394C2UL, builder.Value);
    }

    private static byte[] SanityBuffer(int length)
    {
        byte[] data = new byte[length];
        ulong generator = 2654435761;
        for (int i = 0; i < length; i++)
        {
            data[i] = (byte)(generator >> 56);
            generator *= 11400714785074694797;
        }

        return data;
    }
}
