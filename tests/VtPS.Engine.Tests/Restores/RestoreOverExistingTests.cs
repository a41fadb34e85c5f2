using VtPS.Engine.IO;
using VtPS.Engine.Restores;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Restores;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class RestoreOverExistingTests
{
    [UnixFact]
    public async Task WhatDiffersIsLeftAndReportedWithoutForce()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        home.Temp.WriteFile("out/src/a.txt", "other content");

        VtRestoreResult result = await home.RestoreAsync(backup);

        Assert.Equal([VtErrorId.DestinationDiffers], home.ErrorIds);
        Assert.Equal("src/a.txt", home.Observer.Errors.First().Target);
        Assert.Equal("other content", File.ReadAllText(home.Temp.Combine("out/src/a.txt")));
        Assert.Equal("bb", File.ReadAllText(home.Temp.Combine("out/src/sub/b.txt")));
        Assert.Equal(1, result.ErrorCount);
    }

    [UnixFact]
    public async Task ForceReplacesWhatDiffersWhateverItIs()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        home.Temp.WriteFile("out/src/a.txt/deep/inside", "a directory in a file's place");
        home.Temp.WriteFile("out/src/sub", "a file in a directory's place");
        home.Temp.WriteFile("out/src/link", "a file in a link's place");
        home.Temp.WriteFile("out/src/pipe/x", "a directory in a pipe's place");

        VtRestoreResult result = await home.RestoreAsync(backup, r => r with { Force = true });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Empty(home.Compare());
        Assert.Equal(0, result.Deleted);
    }

    [UnixFact]
    public async Task EqualContentWithAnotherTimeIsLeftAndGetsItsMetadata()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        string there = home.Temp.WriteFile("out/src/a.txt", "aaa");
        File.SetUnixFileMode(there, (UnixFileMode)0x180);
        ulong inode = Inode(home, "a.txt");

        VtRestoreResult result = await home.RestoreAsync(backup);

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Equal(1, result.FilesEqual);
        Assert.Equal(inode, Inode(home, "a.txt"));
        Assert.Empty(home.Compare());
    }

    [UnixFact]
    public async Task DeleteRemovesExtrasInRestoredDirectoriesOnly()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        home.Temp.WriteFile("out/beside.txt", "not in a restored directory");
        home.Temp.WriteFile("out/src/extra.txt", "extra");
        home.Temp.WriteFile("out/src/extra/deep/file", "extra");
        home.Temp.WriteFile("out/src/sub/extra.o", "extra");

        VtRestoreResult result = await home.RestoreAsync(backup, r => r with { Delete = true });

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Equal(5, result.Deleted);
        Assert.Equal(["src/extra", "src/extra.txt", "src/extra/deep", "src/extra/deep/file", "src/sub/extra.o"],
            home.Observer.Items.Where(i => i.Action == VtFileAction.Deleted).Select(i => i.Path).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(home.Temp.Combine("out/beside.txt")));
        Assert.Empty(home.Compare());
    }

    [UnixFact]
    public async Task DeleteLeavesWhatLiesBesideAPathThatWasGiven()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        home.Temp.WriteFile("out/src/extra.txt", "the directory itself is not restored");
        home.Temp.WriteFile("out/src/sub/extra.txt", "extra");

        VtRestoreResult result = await home.RestoreAsync(backup, r => r with { Delete = true }, "src/sub");

        Assert.Equal(1, result.Deleted);
        Assert.Equal(["src/", "src/extra.txt", "src/sub/", "src/sub/b.txt"], home.ListDestination());
    }

    [UnixFact]
    public async Task ExtraAttributesGoAndModesOfDirectoriesComeBack()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        await home.RestoreAsync(backup);
        using (DirectoryHandle directory = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("out/src")))
        {
            directory.SetExtendedAttribute("a.txt"u8.ToArray(), new ExtendedAttribute("user.extra"u8.ToArray(), [1]));
            directory.SetMode("sub"u8.ToArray(), 0x140);
        }

        await home.RestoreAsync(backup);

        Assert.Empty(home.Compare());
    }

    [UnixFact]
    public async Task ALinkThatWasBrokenUpIsJoinedAgain()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        home.Temp.WriteFile("src/x/one", "linked");
        home.Temp.CreateFolder("src/y");
        using (DirectoryHandle x = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src/x")))
        using (DirectoryHandle y = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src/y")))
        {
            y.CreateHardLink("two"u8.ToArray(), x, "one"u8.ToArray());
        }

        VtBackup backup = await home.BackupAsync();
        await home.RestoreAsync(backup);
        string two = home.Temp.Combine("out/src/y/two");
        File.Copy(two, two + ".copy");
        File.SetLastWriteTimeUtc(two + ".copy", File.GetLastWriteTimeUtc(two));
        File.Delete(two);
        File.WriteAllText(two, "differs");

        VtRestoreResult refused = await home.RestoreAsync(backup);
        Assert.Equal([VtErrorId.DestinationDiffers], home.ErrorIds);
        Assert.Equal(1, refused.FilesEqual);

        await home.RestoreAsync(backup, r => r with { Force = true, Delete = true });
        Assert.Empty(home.Observer.Errors);
        Assert.Empty(home.Compare());
    }

    [UnixFact]
    public async Task AMemberOfALinkGroupRestoredAloneIsAPlainFile()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        home.Temp.WriteFile("src/one", "linked");
        using (DirectoryHandle d = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src")))
        {
            d.CreateHardLink("two"u8.ToArray(), d, "one"u8.ToArray());
        }

        VtRestoreResult result = await home.RestoreAsync(await home.BackupAsync(), null, "src/two");

        Assert.Equal(1, result.FilesRestored);
        Assert.Equal("linked", File.ReadAllText(home.Temp.Combine("out/src/two")));
    }

    [UnixFact]
    public async Task InAFolderWithADefaultAclFilesGetNoMoreThanIsRecorded()
    {
        await using RestoreHome home = await RestoreHome.CreateAsync();
        VtBackup backup = await MakeAsync(home);
        home.Temp.CreateFolder("out");
        using (DirectoryHandle out1 = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("out")))
        {
            // user::rwx, user:65534:rwx, group::rwx, mask::rwx, other::r-x as the kernel keeps it.
            byte[] acl = Convert.FromHexString("0200000001000700FFFFFFFF02000700FEFF000004000700FFFFFFFF10000700FFFFFFFF20000500FFFFFFFF");
            try
            {
                out1.SetExtendedAttribute(null, new ExtendedAttribute("system.posix_acl_default"u8.ToArray(), acl));
            }
            catch (FileSystemException e) when (e.Reason == FileSystemReason.NotSupported)
            {
                return;
            }
        }

        await home.RestoreAsync(backup);

        Assert.Empty(home.Observer.Errors.Select(e => e.Message));
        Assert.Empty(home.Compare());
    }

    private static async Task<VtBackup> MakeAsync(RestoreHome home)
    {
        home.Temp.WriteFile("src/a.txt", "aaa");
        home.Temp.WriteFile("src/sub/b.txt", "bb");
        File.CreateSymbolicLink(home.Temp.Combine("src/link"), "a.txt");
        using (DirectoryHandle d = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("src")))
        {
            d.CreateNode("pipe"u8.ToArray(), VtItemType.Fifo, 0x1a4, 0, 0);
            d.SetModified("a.txt"u8.ToArray(), new FileTime(1500000000, 123456789));
            d.SetMode("sub"u8.ToArray(), 0x16d);
        }

        return await home.BackupAsync();
    }

    private static ulong Inode(RestoreHome home, string name)
    {
        using DirectoryHandle d = FileSystem.Current.OpenDirectory(home.Temp.CombineBytes("out/src"));
        return d.GetStatus(TestContent.Utf8(name)).Inode;
    }
}
