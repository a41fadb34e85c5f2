using VtPS.Engine.Restores;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Restores;

public class RestoreRoundTripTests
{
    [UnixFact]
    public async Task EverythingOfANastyTreeComesBack()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        NastyTree.Create(home.Source);
        VtBackup backup = await home.BackupAsync();

        VtRestoreResult result = await home.RestoreAsync(backup, r => r with { Verify = true });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Empty(home.Compare());
        Assert.Equal(result.FilesRestored, result.FilesVerified);
        Assert.Equal(backup.DirectoryCount, result.Directories);
        Assert.Equal(backup.FileCount + backup.OtherCount, result.FilesRestored + result.Others);
        Assert.Empty(home.Observer.Warnings);
    }

    [UnixFact]
    public async Task ASecondRestoreWritesNothingAndLeavesTheTreeAsItIs()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        NastyTree.Create(home.Source, new NastyTreeOptions { ManyEntries = 50 });
        VtBackup backup = await home.BackupAsync();
        await home.RestoreAsync(backup);

        VtRestoreResult result = await home.RestoreAsync(backup, r => r with { Delete = true });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Empty(home.Compare());
        Assert.Equal((0, 0, 0, 0), (result.FilesRestored, result.Others, result.BytesWritten, result.Deleted));
        Assert.True(result.FilesEqual >= backup.FileCount);
    }

    [UnixFact]
    public async Task OneThreadRestoresTheSameAsMany()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        NastyTree.Create(home.Source, new NastyTreeOptions { ManyEntries = 50 });
        VtBackup backup = await home.BackupAsync();
        foreach (int threads in (int[])[1, 7])
        {
            string name = "out" + threads;
            await home.RestoreAsync(backup, r => r with { Destination = home.Temp.CombineBytes(name), ThrottleLimit = threads });
            Assert.Empty(home.Compare(name + "/src"));
        }
    }
}
