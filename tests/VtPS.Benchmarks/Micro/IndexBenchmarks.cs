using BenchmarkDotNet.Attributes;
using VtPS.Engine.Stores;

namespace VtPS.Benchmarks.Micro;

/// <summary>How fast blocks are looked up among a million.</summary>
public class IndexBenchmarks
{
    private const int Count = 1_000_000;
    private readonly VtHash[] _present = new VtHash[1000];
    private readonly VtHash[] _absent = new VtHash[1000];
    private MemoryBlockIndex _index = null!;

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        _index = new MemoryBlockIndex(VtHashName.Sha256);
        DataFileId file = DataFileId.New();
        List<IndexedRecord> records = [];
        for (int i = 0; i < Count / 100; i++)
        {
            (VtHash, int)[] blocks = new (VtHash, int)[100];
            for (int j = 0; j < blocks.Length; j++)
            {
                blocks[j] = (NewHash(random), 10_000);
            }

            _present[i % _present.Length] = blocks[0].Item1;
            records.Add(new IndexedRecord(64 + (i * 100_000L), 100_000, blocks));
        }

        for (int i = 0; i < _absent.Length; i++)
        {
            _absent[i] = NewHash(random);
        }

        _index.Refresh(new Dictionary<DataFileId, long> { [file] = 1 }, new HashSet<DataFileId>());
        _index.AddFile(file, 1, records);
    }

    /// <summary>Looks up a thousand blocks that are there.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public int Present() => Found(_present);

    /// <summary>Looks up a thousand blocks that are not.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public int Absent() => Found(_absent);

    private int Found(VtHash[] hashes)
    {
        int found = 0;
        foreach (VtHash hash in hashes)
        {
            found += _index.Contains(hash) ? 1 : 0;
        }

        return found;
    }

    private static VtHash NewHash(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return new VtHash(VtHashName.Sha256, bytes);
    }
}
