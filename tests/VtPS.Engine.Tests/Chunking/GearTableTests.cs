using System.Buffers.Binary;
using System.Security.Cryptography;
using VtPS.Engine.Chunking;
using Xunit;

namespace VtPS.Engine.Tests.Chunking;

public sealed class GearTableTests
{
    // Computed apart from this program; whatever changes them makes every Store miss its own blocks.
    [Fact]
    public void The_table_is_the_one_of_the_format()
    {
        Assert.Equal(0x0BF1EC06BCCF0BEDUL, GearTable.Values[0]);
        Assert.Equal(0x6A52772061439FBEUL, GearTable.Values[1]);
        Assert.Equal(0x4FB8FCB0ACF921F7UL, GearTable.Values[2]);
        Assert.Equal(0x1FDF52258BCDDED2UL, GearTable.Values[255]);

        byte[] all = new byte[256 * 8];
        for (int i = 0; i < 256; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(all.AsSpan(8 * i), GearTable.Values[i]);
        }

        Assert.Equal("e6bbb17a0c51977dfae2abbf98eebf913a847832762227ab42bac015f7edfc2a", Convert.ToHexStringLower(SHA256.HashData(all)));
    }
}
