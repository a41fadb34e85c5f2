using System.Security.Cryptography;
using VtPS.Engine.Copies;
using VtPS.Engine.Hashing;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Copies;

/// <summary>Records that go over as they are compressed.</summary>
public sealed class CopyRecordTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task ARecordThatTheDestinationLacksAsAWholeGoesOverAsItIsCompressed(bool encryptSource, bool encryptDestination)
    {
        using CopyHome home = await CopyHome.CreateAsync(encryptSource: encryptSource, encryptDestination: encryptDestination);
        home.WriteTree(60);
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup], r => r with { BlocksAtOnce = 1000 });
        await using StoreSession from = await home.OpenSourceAsync();
        await using StoreSession to = await home.OpenDestinationAsync();
        Assert.Equal(await ReadBodiesAsync(from), await ReadBodiesAsync(to));
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    [Fact]
    public async Task ADestinationThatCompressesOtherwiseGetsItsOwnRecords()
    {
        using CopyHome home = await CopyHome.CreateAsync(destination: request => request with { Compression = "none" });
        home.WriteTree(10);
        home.Temp.WriteFile("src/text.txt", string.Concat(Enumerable.Repeat("the same words over and over, ", 400)));
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup]);
        await using StoreSession from = await home.OpenSourceAsync();
        await using StoreSession to = await home.OpenDestinationAsync();
        Assert.NotEqual(await ReadBodiesAsync(from), await ReadBodiesAsync(to));
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    [Fact]
    public async Task OfARecordThatIsLackingInPartTheRestAloneIsSent()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(30);
        VtBackup first = await home.BackupAsync();
        await home.CopyAsync([first]);
        await using (StoreSession partly = await home.OpenDestinationAsync())
        {
            await using StoreWriter writer = await StoreWriter.OpenAsync(partly, "test", default);
            writer.CreatePacker(DataFileContent.Files).Add(TestContent.Random(5_000, 1001));
            await writer.FlushAsync();
        }

        home.Temp.WriteFile("src/2/known.bin", TestContent.Random(5_000, 1001));
        home.Temp.WriteFile("src/2/unknown.bin", TestContent.Random(5_000, 1002));
        VtBackup second = await home.BackupAsync();
        await home.CopyAsync([second]);
        await using StoreSession to = await home.OpenDestinationAsync();
        Assert.All(to.Index.Enumerate(), block => Assert.Single(to.Index.FindAll(block.Hash)));
        Assert.Contains("known.bin", (await home.ReadDestinationAsync())[second.Id], StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeforeAnOriginalIsRemovedEachBlockIsCheckedAgainstItsHash()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        byte[] content = TestContent.Random(5_000, 1);
        VtHash hash = BlockHasher.Compute(VtHashName.Sha256, content);
        await using (StoreSession session = await home.OpenSourceAsync())
        {
            // A record whose checksum is right, of a machine that was not.
            await using StoreWriter writer = await StoreWriter.OpenAsync(session, "test", default);
            writer.CreatePacker(DataFileContent.Files).Add(hash, TestContent.Random(5_000, 2));
            await writer.FlushAsync();
        }

        home.Temp.WriteFile("src/file", content);
        VtBackup backup = await home.BackupAsync();
        RecordingObserver observer = new();
        CopyBackupResult result = await home.CopyAsync([backup], r => r with { Move = true }, observer);
        Assert.Empty(result.Backups);
        Assert.Equal(VtErrorId.BlockDamaged, Assert.Single(observer.Errors).Id);
        await home.AssertDestinationAsync();

        // A copy takes it as it is, and whoever reads it is told.
        Assert.Single((await home.CopyAsync([backup])).Backups);
        await using StoreSession to = await home.OpenDestinationAsync();
        VtException e = await Assert.ThrowsAsync<VtException>(async () => await to.Blocks.GetAsync(hash, default));
        Assert.Equal(VtErrorId.BlockDamaged, e.ErrorId);
    }

    /// <summary>A digest of each record's opened body, sorted.</summary>
    private static async Task<List<string>> ReadBodiesAsync(StoreSession session)
    {
        List<string> bodies = [];
        foreach (BlockLocation location in session.Index.Enumerate().Select(block => block.Location).DistinctBy(location => (location.File, location.RecordOffset)).ToList())
        {
            byte[] record = new byte[location.RecordLength];
            await session.RawStorage.ReadAsync(StoreNames.DataFile(location.File), location.RecordOffset, record, default);
            RecordSeal seal = await session.DataFiles.SealOfAsync(location.File, default);
            bodies.Add(Convert.ToHexString(SHA256.HashData(session.DataFiles.OpenRecord(seal, location.RecordNumber, record, null).Bytes)));
        }

        bodies.Sort(StringComparer.Ordinal);
        return bodies;
    }
}
