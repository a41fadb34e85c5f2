using BenchmarkDotNet.Attributes;
using VtPS.Engine.Chunking;

namespace VtPS.Benchmarks.Micro;

/// <summary>How fast content is cut.</summary>
public class ChunkerBenchmarks
{
    private readonly byte[] _data = new byte[64 << 20];
    private GearChunker _chunker = null!;

    /// <summary>The mean chunk length in bytes.</summary>
    [Params(4 << 10, 256 << 10)]
    public int Average { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_data);
        _chunker = new GearChunker(ChunkerParameters.Create(Average, null, null));
    }

    /// <summary>Cuts 64 MiB of random data; the result is the count of chunks.</summary>
    [Benchmark]
    public int Cut()
    {
        int chunks = 0;
        for (int at = 0; at < _data.Length; chunks++)
        {
            at += _chunker.FindCut(_data.AsSpan(at), out _);
        }

        return chunks;
    }
}
