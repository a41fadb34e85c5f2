using VtPS.Engine.Listing;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Maintenance;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Listing;

/// <summary>A listing or a search tells of a directory that is damaged, by its path, and goes on with the others.</summary>
public sealed class DamagedListingTests
{
    [Fact]
    public async Task AListingGoesOnBesideADamagedDirectory()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        VtBackup backup = (await MakeAsync(damaged))[0];

        (List<string> paths, List<VtException> errors) = await TakeAsync(damaged, (session, e) => ItemListing.ListAsync(session, new() { Backup = backup, Recurse = true }, e, default));

        Assert.Equal(["d", "e", "e/x.txt", "large"], paths);
        VtException error = Assert.Single(errors);
        Assert.Equal((VtErrorId.BlockNotFound, "d"), (error.ErrorId, error.Target));
        Assert.Contains($"The directory 'd' of backup {backup.Id}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d/a.txt")]
    [InlineData("d/deep/*")]
    [InlineData("d")]
    public async Task APathThroughADamagedDirectoryIsDamagedAndNotMissing(string path)
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        VtBackup backup = (await MakeAsync(damaged))[0];

        (List<string> paths, List<VtException> errors) = await TakeAsync(damaged, (session, e) => ItemListing.ListAsync(session, new() { Backup = backup, Paths = [path, "e/x.txt"] }, e, default));

        Assert.Equal(["e/x.txt"], paths);
        Assert.Equal("d", Assert.Single(errors).Target);
    }

    [Fact]
    public async Task ASearchGoesOnAndTellsOfEachBackupThatSharesTheDamage()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        VtBackup[] backups = await MakeAsync(damaged);

        (List<string> paths, List<VtException> errors) = await TakeAsync(damaged, (session, e) => ItemSearch.FindAsync(session, new() { Backups = backups, Path = "*.txt" }, e, default));

        Assert.Equal(["e/x.txt", "e/x.txt", "f/y.txt"], paths);
        Assert.Equal(backups.Select(b => $"The directory 'd' of backup {b.Id}"), errors.Select(e => e.Message[..e.Message.IndexOf(" cannot be read", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task ASearchForABlockNamesTheFilesOfWhichItCannotBeTold()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        VtBackup backup = (await MakeAsync(damaged))[1];
        VtHash hash = VtHash.Parse("sha256:" + new string('0', 64));

        (List<string> paths, List<VtException> errors) = await TakeAsync(damaged, (session, e) => ItemSearch.FindAsync(session, new() { Backups = [backup], Hash = hash }, e, default));

        Assert.Empty(paths);
        Assert.Equal(["d", "large"], errors.Select(e => e.Target));
        Assert.Contains("The file 'large'", errors[1].Message, StringComparison.Ordinal);
    }

    /// <summary>Two backups, in both of which the directory d and what tells of the content of the file large are gone, and e (and f) are whole.</summary>
    private static async Task<VtBackup[]> MakeAsync(DamagedStore damaged)
    {
        damaged.Source.WriteFile("d/a.txt", "a");
        damaged.Source.WriteFile("large", TestContent.Random(3_000_000, 1));
        await damaged.BackupAsync();
        List<string> gone = await damaged.ListAsync(StoreNames.Data);
        damaged.Source.WriteFile("e/x.txt", "x, and enough of it that it stands in a block of its own");
        VtBackup second = await damaged.BackupAsync();
        damaged.Source.WriteFile("f/y.txt", "y, and enough of it that it stands in a block of its own");
        VtBackup third = await damaged.BackupAsync();
        foreach (string name in gone)
        {
            await damaged.Storage.DeleteAsync(name, CancellationToken.None);
        }

        return [second, third];
    }

    private static async Task<(List<string> Paths, List<VtException> Errors)> TakeAsync(
        DamagedStore damaged, Func<StoreSession, Action<VtException>, IAsyncEnumerable<VtItem>> list)
    {
        // The session that made the backups has them in memory.
        await using StoreSession session = await StoreCheck.OpenAsync(damaged.Storage);
        List<string> paths = [];
        List<VtException> errors = [];
        await foreach (VtItem item in list(session, errors.Add))
        {
            paths.Add(item.Path);
        }

        return (paths, errors);
    }
}
