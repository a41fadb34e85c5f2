using VtPS.Engine.Blocks;
using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Copies;

/// <summary>A source with damaged or missing blocks: the backups that need them are named and left, the others come.</summary>
public sealed class CopyDamageTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task ADamagedFileIsNamedAndTheOtherBackupsGoOn(bool gone, bool encrypted)
    {
        using CopyHome home = await CopyHome.CreateAsync(encryptSource: encrypted);
        home.WriteTree(3);
        VtBackup whole = await home.BackupAsync();
        string content = home.DescribeTree();
        home.Temp.WriteFile("src/2/bad.bin", TestContent.Random(70_000, 700));
        VtBackup damaged = await home.BackupAsync();
        home.Temp.WriteFile("src/2/bad.bin", TestContent.Random(100, 701));
        VtBackup last = await home.BackupAsync();
        await DamageAsync(home, await FindAsync(home, damaged, "src", "2", "bad.bin"), gone);
        RecordingObserver observer = new();

        CopyBackupResult result = await home.CopyAsync([whole, damaged, last], observer: observer);

        Assert.Equal([whole.Id, last.Id], result.Backups.Select(b => b.Backup.Id));
        Assert.Equal(1, result.Failed);
        VtError error = Assert.Single(observer.Errors);
        Assert.Equal((gone ? VtErrorId.BlockNotFound : VtErrorId.BlockDamaged, (object)damaged.Id), (error.Id, error.Target));
        Assert.Contains(damaged.Id, error.Message);
        Assert.Contains("'src/2/bad.bin'", error.Message);
        await home.AssertDestinationAsync((whole, content), (last, home.DescribeTree()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADamagedDirectoryIsNamed(bool gone)
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(3);
        VtBackup backup = await home.BackupAsync();
        await DamageAsync(home, await FindAsync(home, backup, "src", "deep"), gone);
        RecordingObserver observer = new();
        CopyBackupResult result = await home.CopyAsync([backup], observer: observer);
        Assert.Empty(result.Backups);
        VtError error = Assert.Single(observer.Errors);
        Assert.Equal(gone ? VtErrorId.BlockNotFound : VtErrorId.BlockDamaged, error.Id);
        await home.AssertDestinationAsync();
    }

    [Fact]
    public async Task ABlockThatStandsElsewhereTooIsTakenFromThere()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(3);
        byte[] content = TestContent.Random(70_000, 700);
        home.Temp.WriteFile("src/2/twice.bin", content);
        VtBackup backup;
        await using (StoreSession blind = await home.OpenSourceAsync())
        {
            // It looked before the backup put anything.
            await using StoreWriter writer = await StoreWriter.OpenAsync(blind, "test", default);
            backup = await home.BackupAsync();
            BlockPacker packer = writer.CreatePacker(DataFileContent.Files);
            await using (StoreSession reader = await home.OpenSourceAsync())
            {
                foreach ((VtHash hash, _) in reader.Index.Enumerate().ToList())
                {
                    packer.Add(hash, (await reader.Blocks.GetAsync(hash, default)).Span);
                }
            }

            await writer.FlushAsync();
        }

        // The copy that the index prefers.
        await DamageAsync(home, await FindAsync(home, backup, "src", "2", "twice.bin"), gone: false, all: false);
        RecordingObserver observer = new();
        await home.CopyAsync([backup], observer: observer);
        Assert.Empty(observer.Errors);
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    [Fact]
    public async Task ASpotThatTheMediumCannotReadIsNamedAndASourceThatIsGoneEndsTheRun()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(3);
        VtBackup backup = await home.BackupAsync();
        string bad;
        await using (StoreSession session = await home.OpenSourceAsync())
        {
            VtHash hash = (await LeavesAsync(session, await FindAsync(home, backup, "src", "2", "2.bin")))[0];
            Assert.True(session.Index.TryFind(hash, out BlockLocation at));
            bad = StoreNames.DataFile(at.File);
        }

        bool armed = false;
        bool isGone = false;
        Faults.HookedStorage source = new(home.Source, (call, name) =>
            armed && call is Faults.StorageCall.Read or Faults.StorageCall.Look && (isGone || name == bad)
                ? throw new VtException(VtErrorId.StoreReadFailed, "I/O error.")
                : Task.CompletedTask);
        await using StoreSession from = await home.OpenSourceAsync(source);
        await using StoreSession to = await home.OpenDestinationAsync();
        armed = true;
        RecordingObserver observer = new();
        CopyBackupRequest request = new() { Backups = [backup] };
        Assert.Empty((await CopyBackupOperation.RunAsync(from, to, request, observer, default)).Backups);
        VtError error = Assert.Single(observer.Errors);
        Assert.Equal(VtErrorId.StoreReadFailed, error.Id);
        Assert.Contains("I/O error.", error.Message);
        isGone = true;
        VtException e = await Assert.ThrowsAsync<VtException>(() => CopyBackupOperation.RunAsync(from, to, request, observer, default));
        Assert.Equal(VtErrorId.StoreReadFailed, e.ErrorId);
        await home.AssertDestinationAsync();
    }

    [Fact]
    public async Task CopyingAgainHealsACopyThatLostADataFile()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup]);
        await CopyHome.DeleteDataAsync(home.Destination);

        CopiedBackup again = Assert.Single((await home.CopyAsync([backup])).Backups);
        Assert.False(again.Existing);
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    private static async Task<VtBlockReference> FindAsync(CopyHome home, VtBackup backup, params string[] names)
    {
        await using StoreSession session = await home.OpenSourceAsync();
        VtBlockReference at = VtBlockReference.Parse(backup.Root);
        foreach (string name in names)
        {
            List<TreeEntry> entries = await session.Trees.ReadDirectoryAsync(at, default).ToListAsync();
            at = entries.Single(e => System.Text.Encoding.UTF8.GetString(e.Name) == name).Content!;
        }

        return at;
    }

    private static async Task<List<VtHash>> LeavesAsync(StoreSession session, VtBlockReference content) =>
        await BlockTree.ReadLeavesAsync(session.Blocks, content, keepUnreadable: false, default).Where(l => l.Leaf.Hash is not null).Select(l => l.Leaf.Hash!).ToListAsync();

    /// <summary>Flips a byte in the record of the first block of some content, or deletes the data file that it is in.</summary>
    private static async Task DamageAsync(CopyHome home, VtBlockReference content, bool gone, bool all = true)
    {
        await using StoreSession session = await home.OpenSourceAsync();
        VtHash hash = (await LeavesAsync(session, content))[0];
        IReadOnlyList<BlockLocation> places = session.Index.FindAll(hash);
        Assert.Equal(all ? 1 : 2, places.Count);
        Assert.True(session.Index.TryFind(hash, out BlockLocation at));
        string name = StoreNames.DataFile(at.File);
        byte[] bytes = await home.Source.GetAsync(name, int.MaxValue, default);
        await home.Source.DeleteAsync(name, default);
        if (!gone)
        {
            bytes[at.RecordOffset + at.RecordLength - 20] ^= 1;
            home.Source.Put(name, bytes);
        }
    }
}
