using VtPS.Engine.Hashing;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>Records and data files that were put in each other's place, though each of them is whole.</summary>
public sealed class SwappedRecordTests
{
    private const int BlockLength = 5000;

    private static readonly byte[][] Blocks = [.. Enumerable.Range(1, 6).Select(i => TestContent.Random(BlockLength, (ulong)i))];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SwappedRecordsAreDamagedAndTheOthersWhole(bool encrypted, bool betweenFiles)
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        (VtBackup backup, string first, string second) = await FillAsync(door);

        // Record 1 of the first file, and the next one in it or the one of the same number in the other.
        string other = betweenFiles ? second : first;
        byte[] one = File.ReadAllBytes(first);
        byte[] two = betweenFiles ? File.ReadAllBytes(second) : one;
        int length = RecordLength(one);
        int from = DataFileFormat.HeaderLength + length;
        int to = betweenFiles ? from : from + length;
        byte[] moved = one[from..(from + length)];
        two.AsSpan(to, length).CopyTo(one.AsSpan(from));
        moved.CopyTo(two, to);
        File.WriteAllBytes(other, two);
        File.WriteAllBytes(first, one);

        await AssertDamagedAsync(door, backup, betweenFiles ? ["b", "e"] : ["b", "c"], [first, other]);
    }

    [Fact]
    public async Task APlainRecordThatWasSwappedAndNumberedToFitIsFoundByItsHashes()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        (VtBackup backup, string first, _) = await FillAsync(door);
        byte[] bytes = File.ReadAllBytes(first);
        int length = RecordLength(bytes);
        Span<byte> record = bytes.AsSpan(DataFileFormat.HeaderLength + length, length);
        Span<byte> next = bytes.AsSpan(DataFileFormat.HeaderLength + (2 * length), length);
        byte[] kept = record.ToArray();
        next.CopyTo(record);
        kept.CopyTo(next);
        PlainRecordSeal.Instance.WritePrefix(record, 1, length - DataFileFormat.PrefixLength - 8);
        PlainRecordSeal.Instance.WritePrefix(next, 2, length - DataFileFormat.PrefixLength - 8);
        PlainRecordSeal.Instance.Close(record);
        PlainRecordSeal.Instance.Close(next);
        File.WriteAllBytes(first, bytes);

        await AssertDamagedAsync(door, backup, ["b", "c"], [first]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DataFilesUnderEachOthersNamesAreNamedAndGiveNoWrongBytes(bool encrypted)
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        (VtBackup backup, string first, string second) = await FillAsync(door);
        File.Move(first, first + ".aside");
        File.Move(second, first);
        File.Move(first + ".aside", second);

        List<VtTestResult> found = await door.TestAsync();
        foreach (string file in (string[])[first, second])
        {
            string id = Path.GetFileNameWithoutExtension(file);
            VtTestResult finding = Assert.Single(found, f => f.Kind == VtTestKind.DataFileDamaged && f.ObjectName!.Contains(id, StringComparison.Ordinal));
            Assert.Contains("names another file, " + Path.GetFileNameWithoutExtension(file == first ? second : first), finding.Message, StringComparison.Ordinal);
        }

        DoorRestore restored = await door.RestoreAsync(backup);
        for (int i = 0; i < Blocks.Length; i++)
        {
            string name = ((char)('a' + i)).ToString();
            if (encrypted)
            {
                // A sealed record opens in its own file alone.
                Assert.Equal(VtErrorId.BlockNotFound, restored.ErrorOf(name).Id);
                Assert.Contains(Hash(i), restored.ErrorOf(name).Message, StringComparison.Ordinal);
                Assert.Null(restored.Read(name));
            }
            else
            {
                // A plain block is what has its hash, wherever it lies.
                Assert.Equal(Blocks[i], restored.Read(name));
            }
        }

        Assert.Equal(encrypted ? Blocks.Length : 0, restored.Errors.Count);
    }

    private static async Task<(VtBackup Backup, string First, string Second)> FillAsync(DoorStore door)
    {
        List<VtBlockReference> contents = await door.AddFileAsync(DataFileContent.Files, Blocks[..3]);
        string first = Assert.Single(door.StoreFiles("data"));
        contents.AddRange(await door.AddFileAsync(DataFileContent.Files, Blocks[3..]));
        string second = Assert.Single(door.StoreFiles("data"), file => file != first);
        VtBackup backup = await door.PutBackupAsync(DoorStore.Files(contents));
        DoorRestore before = await door.RestoreAsync(backup);
        Assert.Empty(before.Errors);
        Assert.Empty(await door.TestAsync());
        Assert.Equal(Blocks[5], before.Read("f"));
        return (backup, first, second);
    }

    private static async Task AssertDamagedAsync(DoorStore door, VtBackup backup, string[] names, string[] files)
    {
        List<VtTestResult> found = await door.TestAsync();
        foreach (string file in files)
        {
            string id = Path.GetFileNameWithoutExtension(file);
            Assert.Contains(found, f => f.Kind == VtTestKind.RecordDamaged && f.ObjectName!.Contains(id, StringComparison.Ordinal) && f.Message.Contains("Record 1 of data file " + id, StringComparison.Ordinal));
        }

        Assert.Equal(names, found.SelectMany(f => f.Path).Distinct().Order());
        DoorRestore restored = await door.RestoreAsync(backup);
        for (int i = 0; i < Blocks.Length; i++)
        {
            string name = ((char)('a' + i)).ToString();
            if (names.Contains(name))
            {
                Assert.Equal(VtErrorId.BlockDamaged, restored.ErrorOf(name).Id);
                Assert.Contains(Hash(i), restored.ErrorOf(name).Message, StringComparison.Ordinal);
                Assert.Null(restored.Read(name));
            }
            else
            {
                Assert.Equal(Blocks[i], restored.Read(name));
            }
        }

        Assert.Equal(names.Length, restored.Errors.Count);
    }

    private static string Hash(int block) => BlockHasher.Compute(VtHashName.Sha256, Blocks[block]).ToString();

    private static int RecordLength(byte[] file) =>
        DataFileFormat.PrefixLength + BitConverter.ToInt32(file, DataFileFormat.HeaderLength + 16) + (file[12] == 0 ? 8 : 16);
}
