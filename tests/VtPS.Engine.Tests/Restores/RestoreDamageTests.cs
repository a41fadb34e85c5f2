using System.Text;
using VtPS.Engine.Restores;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Restores;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class RestoreDamageTests
{
    private readonly RecordingObserver _observer = new();
    private readonly CraftedTree _tree = new();

    [UnixTheory]
    [InlineData(nameof(OnDamage.Stop))]
    [InlineData(nameof(OnDamage.Skip))]
    public async Task ADamagedFileIsLeftOutAndNothingOfItRemains(string choice)
    {
        OnDamage onDamage = Enum.Parse<OnDamage>(choice);
        using TempFolder temp = new();
        VtBackup backup = MakeBackup();

        VtRestoreResult result = await _tree.RestoreAsync(backup, temp.Combine("out"), _observer, r => r with { OnDamage = onDamage, ThrottleLimit = 1 });

        Assert.Equal(["docs/broken"], result.Damaged);
        Assert.Equal(1, result.ErrorCount);
        Assert.Equal(VtErrorId.BlockNotFound, Assert.Single(_observer.Errors).Id);
        Assert.Equal("docs/broken", _observer.Errors.First().Target);
        string[] files = [.. Directory.GetFiles(temp.Combine("out/docs")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        Assert.Equal(onDamage == OnDamage.Stop ? ["a"] : ["a", "later"], files);
        Assert.Contains(_observer.Items, i => i is { Path: "docs/broken", Action: VtFileAction.Damaged });
    }

    [UnixFact]
    public async Task ZerosStandForWhatIsDamagedAndTheRestIsInItsPlace()
    {
        using TempFolder temp = new();

        VtRestoreResult result = await _tree.RestoreAsync(MakeBackup(), temp.Combine("out"), _observer, r => r with { OnDamage = OnDamage.Zero, Verify = true });

        Assert.Equal("begin\0\0\0\0\0\0end", File.ReadAllText(temp.Combine("out/docs/broken")));
        Assert.Equal(["docs/broken"], result.Damaged);
        Assert.Equal(1, result.ErrorCount);
        Assert.Equal(3, result.FilesRestored);
        Assert.Equal(3, result.FilesVerified);
    }

    [UnixFact]
    public async Task AMissingIndirectBlockBecomesZerosOfItsLength()
    {
        using TempFolder temp = new();
        VtBlockReference inner = _tree.Indirect(_tree.Block("0123456789"), _tree.Block("abcdef"));
        VtBlockReference content = _tree.Indirect(_tree.Block("head"), inner, _tree.Block("tail"));
        _tree.Missing.Add(inner.Hash!);

        await _tree.RestoreAsync(_tree.Backup(CraftedTree.File("f", content)), temp.Combine("out"), _observer, r => r with { OnDamage = OnDamage.Zero });

        Assert.Equal("head" + new string('\0', 16) + "tail", File.ReadAllText(temp.Combine("out/f")));
        Assert.Single(_observer.Errors);
    }

    [UnixTheory]
    [InlineData(nameof(OnDamage.Stop), false)]
    [InlineData(nameof(OnDamage.Skip), true)]
    [InlineData(nameof(OnDamage.Zero), true)]
    public async Task ADamagedDirectoryIsNamedAndTheRestGoesOnUnlessItIsToStop(string choice, bool goesOn)
    {
        OnDamage onDamage = Enum.Parse<OnDamage>(choice);
        using TempFolder temp = new();
        TreeEntry broken = _tree.Directory("broken", CraftedTree.File("lost", _tree.Block("lost")));
        _tree.Missing.Add(broken.Content!.Hash!);
        VtBackup backup = _tree.Backup(broken, _tree.Directory("well", CraftedTree.File("a", _tree.Block("a"))));

        VtRestoreResult result = await _tree.RestoreAsync(backup, temp.Combine("out"), _observer, r => r with { OnDamage = onDamage, ThrottleLimit = 1 });

        Assert.Equal(["broken"], result.Damaged);
        Assert.Equal("broken", Assert.Single(_observer.Errors).Target);
        Assert.Equal(goesOn, File.Exists(temp.Combine("out/well/a")));
    }

    [UnixFact]
    public async Task AnErrorOfTheStoreItselfEndsTheRestore()
    {
        using TempFolder temp = new();
        VtBackup backup = _tree.Backup(CraftedTree.File("a", _tree.Block("a")));
        _tree.OnLeaf = () => throw new VtException(VtErrorId.StoreReadFailed, "The disk is gone.");

        VtException e = await Assert.ThrowsAsync<VtException>(() => _tree.RestoreAsync(backup, temp.Combine("out"), _observer));

        Assert.Equal(VtErrorId.StoreReadFailed, e.ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(temp.Combine("out")));
    }

    [UnixFact]
    public async Task ACancelledRestoreLeavesNoUnfinishedFile()
    {
        using TempFolder temp = new();
        byte[] piece = TestContent.Random(1 << 16, 3);
        VtBlockReference large = _tree.Indirect([.. Enumerable.Repeat(_tree.Block(piece), 100)]);
        VtBackup backup = _tree.Backup(_tree.Directory("d", CraftedTree.File("a", _tree.Block("a")), CraftedTree.File("large", large), CraftedTree.File("z", _tree.Block("z"))));
        using CancellationTokenSource cancel = new();
        int leaves = 0;
        _tree.OnLeaf = () =>
        {
            if (++leaves == 50)
            {
                cancel.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _tree.RestoreAsync(backup, temp.Combine("out"), _observer, cancellationToken: cancel.Token));

        Assert.Equal(["a"], Directory.GetFiles(temp.Combine("out/d")).Select(Path.GetFileName));
        Assert.InRange(leaves, 50, 52);
    }

    [UnixFact]
    public async Task AfterACancelADirectoryThatWasThereHasItsModeAgain()
    {
        using TempFolder temp = new();
        temp.CreateFolder("out/d");
        File.SetUnixFileMode(temp.Combine("out/d"), (UnixFileMode)0x16d);
        VtBackup backup = _tree.Backup(_tree.Directory("d", CraftedTree.File("a", _tree.Block("a"))));
        using CancellationTokenSource cancel = new();
        _tree.OnLeaf = cancel.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _tree.RestoreAsync(backup, temp.Combine("out"), _observer, cancellationToken: cancel.Token));

        Assert.Equal((UnixFileMode)0x16d, File.GetUnixFileMode(temp.Combine("out/d")));
        Assert.Empty(Directory.GetFileSystemEntries(temp.Combine("out/d")));
    }

    private VtBackup MakeBackup()
    {
        VtBlockReference lost = _tree.Block("middle");
        _tree.Missing.Add(lost.Hash!);
        VtBlockReference content = _tree.Indirect(_tree.Block("begin"), lost, _tree.Block("end"));
        return _tree.Backup(_tree.Directory(
            "docs", CraftedTree.File("a", _tree.Block("a")), CraftedTree.File("broken", content), CraftedTree.File("later", _tree.Block("later"))));
    }
}
