using System.Text;
using BenchmarkDotNet.Attributes;
using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Stores;

namespace VtPS.Benchmarks.Micro;

/// <summary>How fast a record of small blocks in company is made of text.</summary>
public class RecordBenchmarks
{
    private readonly List<(VtHash Hash, byte[] Block)> _blocks = [];

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        for (int sum = 0; sum < 1_000_000;)
        {
            StringBuilder text = new();
            while (text.Length < 10_000)
            {
                text.Append("static int value_").Append(random.Next(10000)).Append(" = ").Append(random.Next()).Append(";\n");
            }

            byte[] block = Encoding.UTF8.GetBytes(text.ToString());
            _blocks.Add((BlockHasher.Compute(VtHashName.Sha256, block), block));
            sum += block.Length;
        }
    }

    /// <summary>Gathers and compresses a megabyte; the result is the record's length.</summary>
    [Benchmark]
    public int Pack()
    {
        using RecordCompany company = new(Codec.Zstd, 3);
        foreach ((VtHash hash, byte[] block) in _blocks)
        {
            company.Add(hash, block);
        }

        return company.Encode(RecordShape.Plain).Length;
    }
}
