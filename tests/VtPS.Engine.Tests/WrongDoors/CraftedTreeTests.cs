using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>
/// Trees that no backup would make, in real Stores: nothing is made outside the destination, the error names what is wrong, and the check finds it.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CraftedTreeTests
{
    private static readonly VtBlockReference Content = VtBlockReference.OfLiteral("evil"u8);

    [UnixTheory]
    [InlineData("../escaped")]
    [InlineData("/escaped")]
    [InlineData("a/b")]
    [InlineData("nul\0byte")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task ANameThatIsNoneIsRefusedWithItsDirectory(string name)
    {
        using DoorStore door = await DoorStore.CreateAsync();
        VtBlockReference bad = await door.AddDirectoryAsync(CraftedTree.File(name, Content), CraftedTree.File("~later", Content));
        VtBlockReference worse = await door.AddDirectoryAsync(Directory(name, bad));
        VtBackup backup = await door.PutBackupAsync(Directory("bad", bad), CraftedTree.File("good", Content), Directory("worse", worse));

        DoorRestore restored = await door.RestoreAsync(backup);

        foreach (string path in (string[])["bad", "worse"])
        {
            Assert.Equal(VtErrorId.UnsafePath, restored.ErrorOf(path).Id);
            Assert.Contains($"'{PathText.Format(Encoding.UTF8.GetBytes(name))}'", restored.ErrorOf(path).Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, restored.Errors.Count);
        Assert.Equal(["bad", "good", "worse"], Below(restored.Folder));
        AssertNothingElse(door);
        VtTestResult[] found = [.. (await door.TestAsync()).Where(f => f.Kind == VtTestKind.TreeDamaged)];
        Assert.Equal(["bad", "worse"], found.SelectMany(f => f.Path).Order());
    }

    [UnixFact]
    public async Task TwoEntriesOfOneNameAreRefusedSoThatNothingIsWrittenThroughALink()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        string victim = door.Temp.CreateFolder("victim");
        VtBlockReference inner = await door.AddDirectoryAsync(CraftedTree.File("owned", Content));
        VtBlockReference twice = await door.AddDirectoryAsync(CraftedTree.Link("a", victim), Directory("a", inner));
        VtBackup backup = await door.PutBackupAsync(Directory("twice", twice));

        DoorRestore restored = await door.RestoreAsync(backup);

        Assert.Empty(System.IO.Directory.GetFileSystemEntries(victim));
        Assert.Equal(VtErrorId.BlockDamaged, restored.ErrorOf("twice").Id);
        Assert.Contains("out of order", restored.ErrorOf("twice").Message, StringComparison.Ordinal);
        Assert.Equal("twice", Assert.Single((await door.TestAsync()).SelectMany(f => f.Path)));
    }

    [UnixFact]
    public async Task AFileIsNotWrittenThroughALinkOfTheBackup()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        string victim = door.Temp.WriteFile("victim/file", "precious");

        // Names in order, so each is well formed: a link to a folder and one to a file, and directories and files that a second backup has in their places.
        VtBlockReference inner = await door.AddDirectoryAsync(CraftedTree.File("file", Content));
        VtBackup links = await door.PutBackupAsync(CraftedTree.Link("d", Path.GetDirectoryName(victim)!), CraftedTree.Link("f", victim));
        VtBackup through = await door.PutBackupAsync(Directory("d", inner), CraftedTree.File("f", Content));
        DoorRestore first = await door.RestoreAsync(links);
        Assert.Empty(first.Errors);

        RecordingObserver observer = new();
        await using StoreSession session = await door.OpenAsync();
        await Engine.Restores.RestoreOperation.RunAsync(
            session,
            new Engine.Restores.RestoreRequest { Selections = [new(through, [])], Destination = Encoding.UTF8.GetBytes(first.Folder), NumericId = true },
            observer,
            default);

        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Equal([VtErrorId.DestinationDiffers, VtErrorId.DestinationDiffers], observer.Errors.Select(e => e.Id));
        Assert.Equal(["'d'", "'f'"], observer.Errors.Select(e => e.Message[..3]).Order());
    }

    [UnixFact]
    public async Task AFurtherNameOfALinkIsALinkAndNotWhatItLeadsTo()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        string victim = door.Temp.WriteFile("victim", "precious");
        byte[] group = new byte[32];
        VtBackup backup = await door.PutBackupAsync(Linked(CraftedTree.Link("a", victim), group), Linked(CraftedTree.File("b", Content), group));

        DoorRestore restored = await door.RestoreAsync(backup);

        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Equal(victim, new FileInfo(Path.Combine(restored.Folder, "a")).LinkTarget);
    }

    [UnixFact]
    public async Task ADeviceIsRestoredByRootAloneAndNeverThroughALink()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        TreeEntry device = new() { Name = "null"u8.ToArray(), Type = VtItemType.CharacterDevice, Mode = 0x1b6, Modified = CraftedTree.Time, DeviceMajor = 1, DeviceMinor = 3 };
        VtBackup backup = await door.PutBackupAsync(device, CraftedTree.File("other", Content));
        string to = door.Temp.CreateFolder("to");
        string victim = door.Temp.WriteFile("victim", "precious");
        File.CreateSymbolicLink(Path.Combine(to, "null"), victim);
        foreach (bool force in (bool[])[false, true])
        {
            RecordingObserver observer = new();
            await using StoreSession session = await door.OpenAsync();
            await Engine.Restores.RestoreOperation.RunAsync(
                session,
                new Engine.Restores.RestoreRequest { Selections = [new(backup, [])], Destination = Encoding.UTF8.GetBytes(to), NumericId = true, Force = force },
                observer,
                default);
            Assert.Equal("precious", File.ReadAllText(victim));
            Assert.Equal("evil", File.ReadAllText(Path.Combine(to, "other")));
            using DirectoryHandle folder = FileSystem.Current.OpenDirectory(Encoding.UTF8.GetBytes(to));
            FileStatus status = folder.GetStatus("null"u8.ToArray());
            if (!force)
            {
                Assert.Equal(VtErrorId.DestinationDiffers, Assert.Single(observer.Errors).Id);
                Assert.Equal(VtItemType.SymbolicLink, status.Type);
            }
            else if (observer.Errors.TryPeek(out Operations.VtError? error))
            {
                // No root, or one without the right to make devices: the item says so.
                Assert.Equal((VtErrorId.DestinationDenied, "null"), (error.Id, error.Target));
                Assert.Contains("'null'", error.Message, StringComparison.Ordinal);
                Assert.Contains("needs root", error.Message, StringComparison.Ordinal);
                Assert.Equal(VtItemType.SymbolicLink, status.Type);
            }
            else
            {
                Assert.True(Environment.IsPrivilegedProcess);
                Assert.Equal((VtItemType.CharacterDevice, 1u, 3u), (status.Type, status.DeviceMajor, status.DeviceMinor));
            }
        }
    }

    [UnixFact]
    public async Task ATimeBeyondAllCalendarsHurtsNobody()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        VtBackup backup = await door.PutBackupAsync(WithTime("early", long.MinValue), WithTime("late", long.MaxValue));
        DoorRestore restored = await door.RestoreAsync(backup);
        Assert.Equal("evil", File.ReadAllText(Path.Combine(restored.Folder, "early")));
        Assert.Equal("evil", File.ReadAllText(Path.Combine(restored.Folder, "late")));
        Assert.Empty(await door.TestAsync());
    }

    /// <summary>
    /// A directory cannot be below itself: it is named by the hash of its content, which would have to contain that very hash. What can be made is a reference that
    /// claims another content: the hash of a directory's parent is not what that directory's own bytes have.
    /// </summary>
    [UnixFact]
    public async Task ADirectoryBelowItselfCannotBeSaidAndOneThatClaimsToBeIsMissing()
    {
        using DoorStore door = await DoorStore.CreateAsync();
        VtBlockReference inner = await door.AddDirectoryAsync(CraftedTree.File("file", Content));
        VtBlockReference outer = await door.AddDirectoryAsync(Directory("down", inner));

        // The nearest thing: change the inner directory so that it names the outer one. Then its hash is another, and the outer one's too.
        VtBlockReference around = await door.AddDirectoryAsync(Directory("down", outer));
        Assert.NotEqual(inner.Hash, around.Hash);
        VtBackup backup = await door.PutBackupAsync(around);
        DoorRestore restored = await door.RestoreAsync(backup);
        Assert.Empty(restored.Errors);
        Assert.Equal(["down", "down/down", "down/down/file"], Below(restored.Folder));
    }

    private static TreeEntry Directory(string name, VtBlockReference content) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Type = VtItemType.Directory,
        Mode = 0x1ed,
        Modified = CraftedTree.Time,
        Content = content,
    };

    private static TreeEntry Linked(TreeEntry entry, byte[] group) => new()
    {
        Name = entry.Name,
        Type = entry.Type,
        Mode = entry.Mode,
        Modified = entry.Modified,
        Size = entry.Size,
        Content = entry.Content,
        LinkTarget = entry.LinkTarget,
        LinkGroup = group,
    };

    private static TreeEntry WithTime(string name, long seconds) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Type = VtItemType.File,
        Mode = 0x1a4,
        Modified = new FileTime(seconds, 0),
        Size = Content.Length,
        Content = Content,
    };

    private static string[] Below(string folder) =>
        [.. System.IO.Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)];

    /// <summary>Nothing but the Store and what was restored.</summary>
    private static void AssertNothingElse(DoorStore door)
    {
        Assert.All(System.IO.Directory.GetFileSystemEntries(door.Temp.Path), path => Assert.True(Path.GetFileName(path) == "store" || Path.GetFileName(path).StartsWith("out-", StringComparison.Ordinal), path));
        Assert.False(File.Exists("/escaped"));
    }
}
