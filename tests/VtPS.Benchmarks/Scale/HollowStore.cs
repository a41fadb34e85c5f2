using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Benchmarks.Scale;

/// <summary>Stores of real data files whose trailers name made-up blocks, and whose records hold nothing.</summary>
internal static class HollowStore
{
    /// <summary>Blocks in one data file, in so many records of a hundred.</summary>
    public const int BlocksInFile = RecordsInFile * BlocksInRecord;

    private const int BlocksInRecord = 100;
    private const int RecordsInFile = 65;

    /// <summary>Makes a Store that has these blocks.</summary>
    public static async Task MakeAsync(StoreAddress address, IEnumerable<VtHash> blocks)
    {
        await StoreCreation.CreateAsync(new CreateStoreRequest { Address = address }, NullObserver.Instance, CancellationToken.None);
        await using IObjectStorage storage = await StorageLocator.OpenExistingAsync(address, CancellationToken.None);
        foreach (VtHash[] file in blocks.Chunk(BlocksInFile))
        {
            await using DataFileWriter writer = await DataFileWriter.BeginAsync(storage, VtHashName.Sha256, DataFileContent.Files, DataFileId.New(), PlainFileSeals.Instance, CancellationToken.None);
            foreach (VtHash[] record in file.Chunk(BlocksInRecord))
            {
                List<(VtHash, int)> named = [.. record.Select(hash => (hash, 10_000))];
                await writer.AppendAsync(new byte[DataFileFormat.PrefixLength + 64 + writer.Shape.TailLength], named, CancellationToken.None);
            }

            await writer.SealAsync(CancellationToken.None);
        }
    }

    /// <summary>So many made-up hashes.</summary>
    public static IEnumerable<VtHash> Draw(int seed, long count)
    {
        Random random = new(seed);
        for (long i = 0; i < count; i++)
        {
            byte[] bytes = new byte[32];
            random.NextBytes(bytes);
            yield return new VtHash(VtHashName.Sha256, bytes);
        }
    }
}
