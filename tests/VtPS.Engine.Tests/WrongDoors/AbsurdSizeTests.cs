using VtPS.Engine.Blocks;
using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Trees;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>
/// Records, trailers and trees that announce or expand to absurd sizes, with checksums and seals that fit, in real Stores: a restore and a check say what is
/// wrong, soon, and ask for no memory for what was announced.
/// </summary>
[Collection(SearchCollection.Name)]
public sealed class AbsurdSizeTests(ITestOutputHelper output)
{
    /// <summary>A scan of a file takes 18 MiB for its buffer, and a restore and a check each look twice; nothing here needs what the crafted bytes announce.</summary>
    private const long MostAllocated = 128 << 20;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(30);
    private static readonly byte[] Five = AbsurdBytes.Five;
    private static readonly byte[] Good = AbsurdBytes.Good;

    [Theory]
    [InlineData("zstd announces 1 TB", false)]
    [InlineData("zstd announces 1 TB", true)]
    [InlineData("zstd expands to 128 MB", false)]
    [InlineData("zstd expands to 128 MB", true)]
    [InlineData("brotli expands to 256 MB", false)]
    [InlineData("zstd expands to the 64 MB it says", false)]
    [InlineData("2^31 - 1 bytes", false)]
    [InlineData("2^62 bytes", false)]
    [InlineData("2^31 - 1 blocks", false)]
    [InlineData("2^31 - 1 blocks", true)]
    [InlineData("2^40 blocks", false)]
    [InlineData("lengths that wrap to the right sum", false)]
    [InlineData("a payload of 2^31 - 1 bytes", false)]
    [InlineData("a number of eleven bytes", false)]
    [InlineData("a codec that nobody knows", false)]
    public async Task ARecordThatSaysSoIsDamagedAndItsFileNamed(string what, bool encrypted)
    {
        if (what.StartsWith("zstd", StringComparison.Ordinal) && !Codecs.IsAvailable(Codec.Zstd))
        {
            return;
        }

        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        VtBlockReference good = (await door.AddFileAsync(DataFileContent.Files, Good))[0];
        DataFileId file = await CraftedDataFile.PutAsync(door, [AbsurdBytes.Record(what)], lengths => CraftedDataFile.Trailer(1, (ulong)lengths[0], 1, (Five, 5)));
        VtBackup backup = await door.PutBackupAsync(CraftedTree.File("bad", VtBlockReference.OfHash(Hash(Five), 5)), CraftedTree.File("good", good));

        (DoorRestore restored, List<VtTestResult> found) = await RunAsync(door, backup);

        Assert.Equal(what.StartsWith("a codec", StringComparison.Ordinal) ? VtErrorId.CodecUnavailable : VtErrorId.BlockDamaged, restored.ErrorOf("bad").Id);
        Assert.Contains(Hash(Five).ToString(), restored.ErrorOf("bad").Message, StringComparison.Ordinal);
        Assert.Contains(file.ToString(), restored.ErrorOf("bad").Message, StringComparison.Ordinal);
        Assert.Null(restored.Read("bad"));
        Assert.Equal(Good, restored.Read("good"));
        VtTestResult finding = Assert.Single(found, f => f.Message.Contains(file.ToString(), StringComparison.Ordinal));
        Assert.Contains(finding.Kind, (VtTestKind[])[VtTestKind.RecordDamaged, VtTestKind.DataFileDamaged]);
        Assert.Equal(["bad"], found.SelectMany(f => f.Path).Distinct());
    }

    [Fact]
    public async Task ARecordAboveNineMebibytesIsNone()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        byte[] body = [.. CraftedDataFile.Body(0, 1, 5, [(Five, 5)], 5, Five), .. new byte[DataFileFormat.MaximumBody]];
        DataFileId file = await CraftedDataFile.PutAsync(door, [body], lengths => CraftedDataFile.Trailer(1, (ulong)lengths[0], 1, (Five, 5)));
        VtBackup backup = await door.PutBackupAsync(CraftedTree.File("bad", VtBlockReference.OfHash(Hash(Five), 5)));

        (DoorRestore restored, List<VtTestResult> found) = await RunAsync(door, backup);

        Assert.Equal(VtErrorId.BlockNotFound, restored.ErrorOf("bad").Id);
        Assert.Contains(Hash(Five).ToString(), restored.ErrorOf("bad").Message, StringComparison.Ordinal);
        Assert.Single(found, f => f.Kind == VtTestKind.DataFileDamaged && f.Message.Contains($"Data file {file} is damaged from byte 64", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2^31 - 1 records", false)]
    [InlineData("a record of 2^31 - 1 bytes", false)]
    [InlineData("a record of 64 MB that is there", false)]
    [InlineData("a record of 64 MB that is there", true)]
    [InlineData("2^31 - 1 blocks", false)]
    [InlineData("lengths that wrap to the right sum", false)]
    [InlineData("lengths that wrap to the right sum", true)]
    [InlineData("a number of eleven bytes", false)]
    public async Task ATrailerThatSaysSoIsDamagedAndTheRecordsAreReadWithoutIt(string what, bool encrypted)
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        long hole = what.Contains("64 MB", StringComparison.Ordinal) ? 64 << 20 : 0;
        DataFileId file = await CraftedDataFile.PutAsync(door, [CraftedDataFile.Body(0, 1, 5, [(Five, 5)], 5, Five)], lengths => AbsurdBytes.Trailer(what, lengths[0], hole), hole);
        VtBackup backup = await door.PutBackupAsync(CraftedTree.File("a", VtBlockReference.OfHash(Hash(Five), 5)));

        (DoorRestore restored, List<VtTestResult> found) = await RunAsync(door, backup);

        Assert.Empty(restored.Errors);
        Assert.Equal(Five, restored.Read("a"));
        VtTestResult finding = Assert.Single(found);
        Assert.Equal(VtTestKind.DataFileDamaged, finding.Kind);
        Assert.Contains($"The trailer of data file {file} is damaged", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a list of nothing, and of lists of nothing")]
    [InlineData("a list of a million references")]
    [InlineData("a directory of 1 GB")]
    [InlineData("a directory of 2^62 bytes")]
    [InlineData("a directory that is a run of 2^62 bytes")]
    [InlineData("extended attributes of 2^31 - 1 bytes")]
    [InlineData("a name of 2^62 bytes")]
    [InlineData("a reference of a kind that nobody knows")]
    public async Task ATreeThatSaysSoIsDamagedAndNamed(string what)
    {
        using DoorStore door = await DoorStore.CreateAsync();
        (VtBlockReference reference, bool isDirectory) = await TreeAsync(door, what);
        TreeEntry entry = isDirectory
            ? new TreeEntry { Name = "bad"u8.ToArray(), Type = VtItemType.Directory, Mode = 0x1ed, Modified = CraftedTree.Time, Content = reference }
            : CraftedTree.File("bad", reference);
        VtBackup backup = await door.PutBackupAsync(entry, CraftedTree.File("good", VtBlockReference.OfLiteral(Five)));

        (DoorRestore restored, List<VtTestResult> found) = await RunAsync(door, backup);

        Assert.Equal(what.StartsWith("a reference", StringComparison.Ordinal) ? VtErrorId.StoreFormatUnsupported : VtErrorId.BlockDamaged, Assert.Single(restored.Errors).Id);
        Assert.Contains("bad", restored.ErrorOf("bad").Message, StringComparison.Ordinal);
        Assert.Equal(Five, restored.Read("good"));
        Assert.Contains(found, f => f.Path.Contains("bad"));
    }

    [Theory]
    [InlineData(1L << 30, false)]
    [InlineData(1L << 29, true)]
    [InlineData(long.MaxValue, false)]
    public async Task ASideCarThatSaysItIsHugeIsFoundAndTheBackupRestores(long length, bool isList)
    {
        using DoorStore door = await DoorStore.CreateAsync();
        VtBlockReference small = (await door.AddFileAsync(DataFileContent.Trees, Good))[0];
        VtBlockReference root = await door.AddDirectoryAsync(CraftedTree.File("good", VtBlockReference.OfLiteral(Five)));
        VtBlockReference sideCar = isList ? await AddListAsync(door, [small, VtBlockReference.OfRun(0, length - Good.Length)], length) : VtBlockReference.OfHash(small.Hash!, length);
        VtBackup backup = await door.PutBackupAsync(root, sideCar);

        (DoorRestore restored, List<VtTestResult> found) = await RunAsync(door, backup);

        Assert.Empty(restored.Errors);
        Assert.Equal(Five, restored.Read("good"));
        Assert.Contains(found, f => f.Kind == VtTestKind.TreeDamaged && f.Message.Contains(sideCar.Hash!.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFileOfHolesLongerThanAnyDiskIsAnErrorOfThatFile()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        VtBlockReference run = VtBlockReference.OfRun(0, 1L << 62);
        TreeEntry entry = new() { Name = "bad"u8.ToArray(), Type = VtItemType.File, Mode = 0x1a4, Modified = CraftedTree.Time, Size = run.Length, Content = run, Sparse = true };
        VtBackup backup = await door.PutBackupAsync(entry, CraftedTree.File("good", VtBlockReference.OfLiteral(Five)));

        (DoorRestore restored, _) = await RunAsync(door, backup);

        Assert.Equal(VtErrorId.DestinationWriteFailed, restored.ErrorOf("bad").Id);
        Assert.Null(restored.Read("bad"));
        Assert.Equal(Five, restored.Read("good"));
    }

    /// <summary>Restores and checks, and asserts that it ends soon and takes little memory.</summary>
    private async Task<(DoorRestore Restored, List<VtTestResult> Found)> RunAsync(DoorStore door, VtBackup backup)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        DoorRestore restored = await door.RestoreAsync(backup).WaitAsync(MostTime);
        long between = GC.GetTotalAllocatedBytes(precise: true);
        List<VtTestResult> found = await door.TestAsync().WaitAsync(MostTime);
        long after = GC.GetTotalAllocatedBytes(precise: true);
        output.WriteLine($"restore {(between - before) >> 10} KiB, check {(after - between) >> 10} KiB");
        restored.Errors.ToList().ForEach(error => output.WriteLine($"{error.Id}: {error.Message}"));
        found.ForEach(finding => output.WriteLine(finding.ToString()));
        Assert.InRange(between - before, 0, MostAllocated);
        Assert.InRange(after - between, 0, MostAllocated);
        return (restored, found);
    }

    private static async Task<(VtBlockReference Reference, bool IsDirectory)> TreeAsync(DoorStore door, string what)
    {
        switch (what)
        {
            case "a list of nothing, and of lists of nothing":
                // Each list names the one below it a thousand times: 10^36 looks, if anyone went through with it.
                VtBlockReference list = VtBlockReference.OfIndirect((await AddListAsync(door, [VtBlockReference.OfRun(0, 1)], 1)).Hash!, 0);
                for (int i = 0; i < 12; i++)
                {
                    list = await AddListAsync(door, Enumerable.Repeat(list, 1000), 0);
                }

                return (await AddListAsync(door, [list, VtBlockReference.OfLiteral(Five)], 5), false);
            case "a list of a million references":
                return (await AddListAsync(door, Enumerable.Repeat(VtBlockReference.OfRun(0, 1), 1_000_000), 1_000_000), false);
            case "a directory of 1 GB":
                return (VtBlockReference.OfHash((await door.AddFileAsync(DataFileContent.Trees, Good))[0].Hash!, 1 << 30), true);
            case "a directory of 2^62 bytes":
                return (await AddListAsync(door, [VtBlockReference.OfHash(Hash(Five), 5)], 1L << 62), true);
            case "a directory that is a run of 2^62 bytes":
                return (await AddListAsync(door, [VtBlockReference.OfRun(0, 1L << 61), VtBlockReference.OfRun(1, 1L << 61)], 1L << 62), true);
            case "extended attributes of 2^31 - 1 bytes":
                return (await AddEntryAsync(door, 1, 1, (byte)'a', 2, 1, 1, 14, 7, 1, (byte)'u', 0xff, 0xff, 0xff, 0xff, 7), true);
            case "a name of 2^62 bytes":
                return (await AddEntryAsync(door, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, (byte)'a'), true);
            case "a reference of a kind that nobody knows":
                return (VtBlockReference.OfIndirect((await door.AddFileAsync(DataFileContent.Trees, [2, 202, 1]))[0].Hash!, 5), false);
            default:
                throw new ArgumentException(what);
        }
    }

    private static async Task<VtBlockReference> AddListAsync(DoorStore door, IEnumerable<VtBlockReference> references, long length)
    {
        ByteWriter list = new();
        foreach (VtBlockReference reference in references)
        {
            BlockReferenceCodec.Write(list, reference);
        }

        return VtBlockReference.OfIndirect((await door.AddFileAsync(DataFileContent.Trees, list.Written.ToArray()))[0].Hash!, length);
    }

    private static async Task<VtBlockReference> AddEntryAsync(DoorStore door, params byte[] fields)
    {
        ByteWriter entry = new();
        entry.WritePrefixed(fields);
        return (await door.AddFileAsync(DataFileContent.Trees, entry.Written.ToArray()))[0];
    }

    private static VtHash Hash(byte[] block) => BlockHasher.Compute(VtHashName.Sha256, block);
}
