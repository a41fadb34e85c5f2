using System.Numerics;

namespace VtPS.Engine.Encryption;

/// <summary>
/// Padmé (Nikitin and others, "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019): a length keeps only as many
/// leading bits as the count of its bits has, so that it tells O(log log) bits instead of O(log). At most an eighth longer below 256 bytes, and at most 3.2 % from 1 MiB on.
/// </summary>
internal static class PaddedLength
{
    /// <summary>The length to pad to.</summary>
    public static int Of(int length)
    {
        if (length < 2)
        {
            return length;
        }

        int exponent = BitOperations.Log2((uint)length);
        int free = exponent - (BitOperations.Log2((uint)exponent) + 1);
        if (free <= 0)
        {
            return length;
        }

        int mask = (1 << free) - 1;
        return (length + mask) & ~mask;
    }
}
