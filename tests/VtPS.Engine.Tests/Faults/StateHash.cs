namespace VtPS.Engine.Tests.Faults;

/// <summary>Hashes of what states are made of, the same in every process.</summary>
internal static class StateHash
{
    /// <summary>FNV-1a.</summary>
    public static ulong Of(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return hash;
    }

    /// <summary>A hash and one value more, in this order.</summary>
    public static ulong Mix(ulong hash, ulong value)
    {
        hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
        hash *= 0xff51afd7ed558ccd;
        return hash ^ (hash >> 33);
    }
}
