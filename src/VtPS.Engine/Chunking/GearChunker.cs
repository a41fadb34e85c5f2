using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VtPS.Engine.Chunking;

/// <summary>
/// Cuts content into chunks where the content itself says so, by the gear hash (Xia et al., "Ddelta", 2014; the two thresholds after
/// their "FastCDC", 2016): h ← 2h + <see cref="GearTable"/>[byte] modulo 2⁶⁴, so the hash at a place depends on the 64 bytes before it and
/// nothing else. Holds no state; safe for use by many threads.
/// </summary>
internal sealed class GearChunker
{
    /// <summary>How many bytes the hash looks back on.</summary>
    private const int Window = 64;

    private readonly ulong _early;
    private readonly ulong _late;
    private int _zeroChunkLength;

    public GearChunker(ChunkerParameters parameters)
    {
        Parameters = parameters;
        CutThresholds thresholds = CutThresholds.For(parameters);

        // Whole hashes are compared: h < t·2³² exactly when the upper half of h is below t.
        _early = (ulong)thresholds.Early << 32;
        _late = (ulong)thresholds.Late << 32;
    }

    /// <summary>The lengths asked for.</summary>
    public ChunkerParameters Parameters { get; }

    /// <summary>The length in bytes of every chunk, save the last, of content that is all zeros.</summary>
    public int ZeroChunkLength
    {
        get
        {
            if (_zeroChunkLength == 0)
            {
                _zeroChunkLength = FindCut(new byte[Parameters.Maximum], out _);
            }

            return _zeroChunkLength;
        }
    }

    /// <summary>Finds the end of the chunk that begins where <paramref name="data"/> begins.</summary>
    /// <param name="data">Content from a chunk's start on. With <see cref="ChunkerParameters.Maximum"/> bytes or more a cut is always found.</param>
    /// <param name="found">Whether the chunk ends within the data; else only more data, or the content's end, can tell.</param>
    /// <returns>The chunk's length in bytes; the length of <paramref name="data"/> where no cut was found.</returns>
    public int FindCut(ReadOnlySpan<byte> data, out bool found)
    {
        int minimum = Parameters.Minimum;
        if (data.Length < minimum)
        {
            found = false;
            return data.Length;
        }

        ref byte start = ref MemoryMarshal.GetReference(data);
        ref ulong table = ref MemoryMarshal.GetReference(GearTable.Values);
        int end = Math.Min(data.Length, Parameters.Maximum);

        // The byte before the first possible cut is hashed with the 63 before it, as every later one is.
        ulong hash = 0;
        for (int i = minimum - Window; i < minimum - 1; i++)
        {
            hash = (hash << 1) + Unsafe.Add(ref table, (nuint)Unsafe.Add(ref start, (nuint)i));
        }

        // Cutting after byte i makes a chunk of i + 1 bytes: up to byte average - 2 the chunk is shorter than the average.
        int turn = Math.Min(end, Parameters.Average - 1);
        int cut = Scan(ref start, ref table, minimum - 1, turn, _early, ref hash);
        if (cut == 0)
        {
            cut = Scan(ref start, ref table, Math.Max(minimum - 1, turn), end, _late, ref hash);
        }

        if (cut == 0)
        {
            found = end == Parameters.Maximum;
            return end;
        }

        found = true;
        return cut;
    }

    /// <summary>Hashes bytes <paramref name="from"/> up to <paramref name="to"/>, exclusive; the length of the chunk that ends there, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Scan(ref byte start, ref ulong table, int from, int to, ulong threshold, ref ulong carried)
    {
        ulong hash = carried;
        nuint i = (nuint)from;
        nuint end = (nuint)Math.Max(from, to);
        while (end - i >= 4)
        {
            // What four bytes add is reckoned apart from the hash before them: so each round waits for one shift and one sum alone, not for four.
            ulong one = Unsafe.Add(ref table, (nuint)Unsafe.Add(ref start, i));
            ulong two = (one << 1) + Unsafe.Add(ref table, (nuint)Unsafe.Add(ref start, i + 1));
            ulong three = (two << 1) + Unsafe.Add(ref table, (nuint)Unsafe.Add(ref start, i + 2));
            ulong four = (three << 1) + Unsafe.Add(ref table, (nuint)Unsafe.Add(ref start, i + 3));
            one += hash << 1;
            two += hash << 2;
            three += hash << 3;
            hash = four + (hash << 4);
            if (one < threshold)
            {
                return (int)i + 1;
            }

            if (two < threshold)
            {
                return (int)i + 2;
            }

            if (three < threshold)
            {
                return (int)i + 3;
            }

            if (hash < threshold)
            {
                return (int)i + 4;
            }

            i += 4;
        }

        for (; i < end; i++)
        {
            hash = (hash << 1) + Unsafe.Add(ref table, (nuint)Unsafe.Add(ref start, i));
            if (hash < threshold)
            {
                return (int)i + 1;
            }
        }

        carried = hash;
        return 0;
    }
}
