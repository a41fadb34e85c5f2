using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Restores;

public class RestoreSelectionTests
{
    [UnixFact]
    public async Task PathsAndWildcardsKeepTheirInsidePath()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);

        VtRestoreResult result = await home.RestoreAsync(backup, null, "src/d?/*.txt", "src/d1");

        Assert.Equal(["src/", "src/d1/", "src/d1/a.txt", "src/d1/b.bin", "src/d2/", "src/d2/a.txt"], home.ListDestination());
        Assert.Equal(3, result.FilesRestored);
    }

    [UnixFact]
    public async Task APathThatNamesNothingIsAnErrorBeforeAnythingIsWritten()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);

        VtException e = await Assert.ThrowsAsync<VtException>(() => home.RestoreAsync(backup, null, "src/d1", "src/D2"));

        Assert.Equal((VtErrorId.ItemNotFound, "src/D2"), (e.ErrorId, e.Target));
        Assert.False(Directory.Exists(home.Destination));
    }

    [UnixFact]
    public async Task IncludeConfinesToFilesAndMakesNoEmptyDirectories()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);

        await home.RestoreAsync(backup, r => r with { Include = ["*.bin", "src/d2/**/*.txt"] });

        Assert.Equal(["src/", "src/d1/", "src/d1/b.bin", "src/d2/", "src/d2/a.txt"], home.ListDestination());
        Assert.Empty(home.Observer.Errors);
    }

    [UnixFact]
    public async Task ExcludeLeavesOutWithAllBelowAndProtectsFromDelete()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        home.Temp.WriteFile("out/src/extra.bin", "excluded, so out of reach");
        home.Temp.WriteFile("out/src/extra.txt", "extra");

        VtRestoreResult result = await home.RestoreAsync(backup, r => r with { Exclude = ["*.bin", "/src/d2/", "!b.bin"], Delete = true });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Equal(["src/", "src/d1/", "src/d1/a.txt", "src/d1/b.bin", "src/empty/", "src/extra.bin", "src/top.txt"], home.ListDestination());
        Assert.Equal(1, result.Deleted);
    }

    [UnixFact]
    public async Task StripComponentsDropsLeadingNames()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);

        await home.RestoreAsync(backup, r => r with { StripComponents = 1 });

        Assert.Equal(["d1/", "d1/a.txt", "d1/b.bin", "d2/", "d2/a.txt", "empty/", "top.txt"], home.ListDestination());
        Assert.Empty(new TreeComparer { CompareRoot = false }.Run(home.Temp.CombineBytes("src"), home.Temp.CombineBytes("out")));
    }

    [UnixFact]
    public async Task TwoItemsThatMeetAndDifferAreAConflictBeforeAnythingIsWritten()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);

        VtException e = await Assert.ThrowsAsync<VtException>(() => home.RestoreAsync(backup, r => r with { StripComponents = 2 }));

        Assert.Equal(VtErrorId.DestinationConflict, e.ErrorId);
        Assert.False(Directory.Exists(home.Destination));
    }

    [UnixFact]
    public async Task TwoBackupsOfOneTreeAreAConflictOnlyWhereTheyDiffer()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup first = await MakeAsync(home);
        VtBackup same = await home.BackupAsync();
        home.Temp.WriteFile("src/top.txt", "changed");
        VtBackup changed = await home.BackupAsync();

        await Assert.ThrowsAsync<VtException>(() => home.RestoreAsync([new(first, []), new(changed, [])]));
        VtRestoreResult result = await home.RestoreAsync([new(first, []), new(same, [])], r => r with { Delete = true });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Equal((4, 4), (result.FilesRestored, result.FilesEqual));
        Assert.Equal(2, result.BackupId.Length);
    }

    [UnixFact]
    public async Task RenameMovesItemsAnywhereBelowTheDestination()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        List<string> asked = [];

        await home.RestoreAsync(backup, r => r with
        {
            Rename = path =>
            {
                asked.Add(path);
                return path switch
                {
                    "src/d2" or "src/d2/a.txt" => null,
                    "src/top.txt" => "x/y/top.md",
                    _ => path.Replace("src/d1", "renamed", StringComparison.Ordinal),
                };
            },
        });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Equal(["renamed/", "renamed/a.txt", "renamed/b.bin", "src/", "src/empty/", "x/", "x/y/", "x/y/top.md"], home.ListDestination());
        Assert.Equal(asked.Distinct(), asked);
        Assert.Empty(TreeComparer.Compare(home.Temp.Combine("src/d1"), home.Temp.Combine("out/renamed")));
    }

    [UnixTheory]
    [InlineData("../escaped")]
    [InlineData("a/../../escaped")]
    [InlineData("a/\\x2f../escaped")]
    public async Task ANewPathThatLeadsOutIsRefused(string path)
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);

        await home.RestoreAsync(backup, r => r with { Rename = old => old == "src/top.txt" ? path : null });

        Assert.Equal([VtErrorId.UnsafePath], home.ErrorIds);
        Assert.Empty(home.ListDestination());
    }

    [UnixFact]
    public async Task TwoItemsRenamedToOnePathAreAConflict()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);

        VtException e = await Assert.ThrowsAsync<VtException>(() => home.RestoreAsync(backup, r => r with { Rename = path => path.EndsWith(".txt", StringComparison.Ordinal) ? "one" : null }));

        Assert.Equal(VtErrorId.DestinationConflict, e.ErrorId);
    }

    [UnixFact]
    public async Task InPlaceRestoresToTheSource()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        File.Delete(home.Temp.Combine("src/d1/a.txt"));
        home.Temp.WriteFile("src/top.txt", "changed");
        home.Temp.WriteFile("beside", "is not touched");

        await home.RestoreAsync(backup, r => r with { Destination = null, Force = true, Delete = true });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Equal("text of d1", File.ReadAllText(home.Temp.Combine("src/d1/a.txt")));
        Assert.Equal("top", File.ReadAllText(home.Temp.Combine("src/top.txt")));
        Assert.True(File.Exists(home.Temp.Combine("beside")));
    }

    [UnixFact]
    public async Task InPlaceOfAnotherHostNeedsForce()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        await MakeAsync(home);
        VtBackup backup = await home.Store.BackupAsync(home.Source, with: r => r with { HostName = "elsewhere" });

        VtException e = await Assert.ThrowsAsync<VtException>(() => home.RestoreAsync(backup, r => r with { Destination = null }));
        VtRestoreResult result = await home.RestoreAsync(backup, r => r with { Destination = null, Force = true });

        Assert.Equal(VtErrorId.DestinationConflict, e.ErrorId);
        Assert.Equal(4, result.FilesEqual);
    }

    [UnixFact]
    public async Task InPlaceWithARootPutsEachFileBelowIt()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        await MakeAsync(home);
        VtBackup backup = await home.Store.BackupAsync(
            [home.Temp.CombineBytes("src", "d1", "a.txt")], with: r => r with { Root = home.Temp.CombineBytes("src"), HostName = Environment.MachineName });
        File.Delete(home.Temp.Combine("src/d1/a.txt"));

        await home.RestoreAsync(backup, r => r with { Destination = null });

        Assert.Equal("text of d1", File.ReadAllText(home.Temp.Combine("src/d1/a.txt")));
        Assert.True(File.Exists(home.Temp.Combine("src/d1/b.bin")));
    }

    [UnixFact]
    public async Task ThePlanCountsWhatTheRestoreDoes()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        RestoreRequest request = new() { Selections = [new(backup, ["src/d*"])], Destination = home.Temp.CombineBytes("out") };

        RestorePlan plan = await RestoreOperation.PlanAsync(home.Store.Session, request, default);
        VtRestoreResult result = await RestoreOperation.RunAsync(home.Store.Session, request, NullObserver.Instance, default);

        Assert.Equal((result.FilesRestored, 2, result.BytesWritten), (plan.Files, plan.Directories, plan.Bytes));
        Assert.Equal(3, plan.Files);
    }

    [UnixFact]
    public async Task ADestinationThatIsAFileIsRefused()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        home.Temp.WriteFile("out", "a file");

        VtException e = await Assert.ThrowsAsync<VtException>(() => home.RestoreAsync(backup));

        Assert.Equal(VtErrorId.DestinationConflict, e.ErrorId);
    }

    [UnixFact]
    public async Task OptionsThatExcludeEachOtherAreRefused()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        foreach (Func<RestoreRequest, RestoreRequest> with in (Func<RestoreRequest, RestoreRequest>[])
            [r => r with { Delete = true, Include = ["*"] }, r => r with { Delete = true, Rename = p => p }, r => r with { Destination = null, StripComponents = 1 }, r => r with { StripComponents = -1 }])
        {
            Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => home.RestoreAsync(backup, with))).ErrorId);
        }
    }

    private static async Task<VtBackup> MakeAsync(RestoreHome home)
    {
        home.Temp.WriteFile("src/d1/a.txt", "text of d1");
        home.Temp.WriteFile("src/d1/b.bin", TestContent.Random(1000, 1));
        home.Temp.WriteFile("src/d2/a.txt", "text of d2");
        home.Temp.WriteFile("src/top.txt", "top");
        home.Temp.CreateFolder("src/empty");
        return await home.BackupAsync();
    }
}
