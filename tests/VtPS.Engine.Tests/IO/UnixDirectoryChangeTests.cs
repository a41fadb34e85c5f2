using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.IO;

public sealed class UnixDirectoryChangeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DirectoryHandle _directory;

    public UnixDirectoryChangeTests() => _directory = _folder.Open();

    public void Dispose()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [UnixFact]
    public void A_name_that_is_taken_is_not_made_again()
    {
        CreateFile(_directory, Utf8("taken"), Utf8("kept"));

        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => _directory.CreateFile(Utf8("taken"), 0x180)));
        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => _directory.CreateDirectory(Utf8("taken"), 0x1c0)));
        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => _directory.CreateSymbolicLink(Utf8("taken"), Utf8("x"))));
        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => _directory.CreateNode(Utf8("taken"), VtItemType.Fifo, 0x180, 0, 0)));
        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => _directory.CreateHardLink(Utf8("taken"), _directory, Utf8("taken"))));
        Assert.Equal("kept", File.ReadAllText(_folder.Combine("taken")));
    }

    [UnixFact]
    public void Renaming_replaces_a_file()
    {
        CreateFile(_directory, [0xff], Utf8("new"));
        CreateFile(_directory, Utf8("target"), Utf8("old"));

        _directory.Rename([0xff], Utf8("target"));

        Assert.Equal("new", File.ReadAllText(_folder.Combine("target")));
        Assert.Null(_directory.TryGetStatus([0xff]));
        Assert.Equal(FileSystemReason.NotFound, ReasonOf(() => _directory.Rename([0xff], Utf8("target"))));
    }

    [UnixFact]
    public void Moving_goes_across_directories_and_replaces_nothing()
    {
        _folder.WriteFile("from/file", "moved");
        _folder.WriteFile("from/folder/inside", "x");
        _folder.WriteFile("to/taken", "kept");
        using DirectoryHandle from = _directory.OpenDirectory(Utf8("from"));
        using DirectoryHandle to = _directory.OpenDirectory(Utf8("to"));

        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => from.MoveTo(Utf8("file"), to, Utf8("taken"))));
        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => from.MoveTo(Utf8("folder"), to, Utf8("taken"))));
        from.MoveTo(Utf8("file"), to, Utf8("file"));
        from.MoveTo(Utf8("folder"), to, Utf8("folder"));

        Assert.Empty(from.List());
        Assert.Equal("kept", File.ReadAllText(_folder.Combine("to", "taken")));
        Assert.Equal("moved", File.ReadAllText(_folder.Combine("to", "file")));
        Assert.True(File.Exists(_folder.Combine("to", "folder", "inside")));
        Assert.Equal(FileSystemReason.NotFound, ReasonOf(() => from.MoveTo(Utf8("file"), to, Utf8("new"))));
    }

    [UnixFact]
    public void Two_entries_change_places_in_one_step()
    {
        _folder.WriteFile("one", "1");
        _folder.WriteFile("folder/two", "2");
        using DirectoryHandle folder = _directory.OpenDirectory(Utf8("folder"));

        Assert.True(_directory.TryExchange(Utf8("one"), folder, Utf8("two")));

        Assert.Equal("2", File.ReadAllText(_folder.Combine("one")));
        Assert.Equal("1", File.ReadAllText(_folder.Combine("folder", "two")));
        Assert.Equal(FileSystemReason.NotFound, ReasonOf(() => _directory.TryExchange(Utf8("none"), folder, Utf8("two"))));
        folder.FlushFileSystem();
    }

    [UnixFact]
    public void Deleting_takes_files_and_empty_directories_each_by_its_own_call()
    {
        CreateFile(_directory, Utf8("file"), []);
        _directory.CreateDirectory(Utf8("directory"), 0x1c0);
        _folder.WriteFile("full/file", "x");

        Assert.Equal(FileSystemReason.NotADirectory, ReasonOf(() => _directory.DeleteDirectory(Utf8("file"))));
        Assert.Equal(FileSystemReason.IsADirectory, ReasonOf(() => _directory.DeleteFile(Utf8("directory"))));
        Assert.Equal(FileSystemReason.NotEmpty, ReasonOf(() => _directory.DeleteDirectory(Utf8("full"))));
        _directory.DeleteFile(Utf8("file"));
        _directory.DeleteDirectory(Utf8("directory"));
        Assert.Equal(FileSystemReason.NotFound, ReasonOf(() => _directory.DeleteFile(Utf8("file"))));
        Assert.Single(_directory.List());
    }

    [UnixFact]
    public void Hard_links_join_names_across_directories_and_do_not_follow_symlinks()
    {
        _folder.CreateFolder("other");
        CreateFile(_directory, Utf8("file"), []);
        _directory.CreateSymbolicLink(Utf8("symlink"), Utf8("file"));
        using DirectoryHandle other = _directory.OpenDirectory(Utf8("other"));

        other.CreateHardLink(Utf8("name"), _directory, Utf8("file"));
        other.CreateHardLink(Utf8("symlink"), _directory, Utf8("symlink"));

        Assert.Equal(_directory.GetStatus(Utf8("file")).Inode, other.GetStatus(Utf8("name")).Inode);
        Assert.Equal(VtItemType.SymbolicLink, other.GetStatus(Utf8("symlink")).Type);
    }

    [UnixFact]
    public void Modes_are_set_whole_by_name_by_file_and_of_the_directory_itself()
    {
        using SafeFileHandle file = _directory.CreateFile(Utf8("file"), 0x180);
        _directory.SetMode(file, 0xdff);
        Assert.Equal(0xdff, _directory.GetStatus(file).Mode);
        _directory.SetMode(Utf8("file"), 0x124);
        Assert.Equal(0x124, _directory.GetStatus(file).Mode);
        _directory.SetMode(null, 0x3c9);
        Assert.Equal(0x3c9, _directory.GetStatus().Mode);
        Assert.Equal(FileSystemReason.NotFound, ReasonOf(() => _directory.SetMode(Utf8("nothing"), 0)));
    }

    [UnixFact]
    public void Times_before_1970_and_after_2038_are_set_to_the_nanosecond_and_no_other_time_with_them()
    {
        CreateFile(_directory, Utf8("file"), []);
        DateTime accessed = File.GetLastAccessTimeUtc(_folder.Combine("file"));
        foreach (FileTime time in (FileTime[])[new(-2147483647, 1), new(-1, 999999999), new(0, 0), new(4102444800, 123456789)])
        {
            _directory.SetModified(Utf8("file"), time);
            Assert.Equal(time, _directory.GetStatus(Utf8("file")).Modified);
            using SafeFileHandle file = _directory.OpenFile(Utf8("file"));
            _directory.SetModified(file, time with { Nanoseconds = 7 });
            Assert.Equal(time with { Nanoseconds = 7 }, _directory.GetStatus(file).Modified);
            _directory.SetModified(null, time);
            Assert.Equal(time, _directory.GetStatus().Modified);
        }

        Assert.Equal(accessed, File.GetLastAccessTimeUtc(_folder.Combine("file")));
    }

    [UnixFact]
    public void Owners_are_set_by_number_also_of_symlinks_or_the_refusal_is_told()
    {
        using SafeFileHandle file = _directory.CreateFile(Utf8("file"), 0x180);
        _directory.CreateSymbolicLink(Utf8("symlink"), Utf8("file"));
        if (!NastyTree.IsRoot)
        {
            Assert.Equal(FileSystemReason.Denied, ReasonOf(() => _directory.SetOwner(file, 0, 0)));
            return;
        }

        _directory.SetOwner(file, 3000000000, 12);
        _directory.SetOwner(Utf8("symlink"), 34, 56);
        _directory.SetOwner(null, 78, 90);

        Assert.Equal((3000000000u, 12u), OwnerOf(_directory.GetStatus(file)));
        Assert.Equal((34u, 56u), OwnerOf(_directory.GetStatus(Utf8("symlink"))));
        Assert.Equal((78u, 90u), OwnerOf(_directory.GetStatus()));
        AsNobody.Run(() => Assert.Equal(FileSystemReason.Denied, ReasonOf(() => _directory.SetOwner(file, 1, 1))));
    }

    [UnixFact]
    public void Devices_keep_their_numbers_or_the_refusal_is_told()
    {
        if (!NastyTree.IsRoot)
        {
            Assert.Equal(FileSystemReason.Denied, ReasonOf(() => _directory.CreateNode(Utf8("d"), VtItemType.BlockDevice, 0x180, 1, 2)));
            return;
        }

        _directory.CreateNode(Utf8("block"), VtItemType.BlockDevice, 0x180, 4095, 1048575);
        _directory.CreateNode(Utf8("character"), VtItemType.CharacterDevice, 0x180, 1, 259);

        FileStatus block = _directory.GetStatus(Utf8("block"));
        FileStatus character = _directory.GetStatus(Utf8("character"));
        Assert.Equal((VtItemType.BlockDevice, 4095u, 1048575u), (block.Type, block.DeviceMajor, block.DeviceMinor));
        Assert.Equal((VtItemType.CharacterDevice, 1u, 259u), (character.Type, character.DeviceMajor, character.DeviceMinor));
        Assert.Equal(FileSystemReason.Other, ReasonOf(() => _directory.CreateNode(Utf8("d"), VtItemType.BlockDevice, 0x180, 4096, 0)));
    }

    [UnixFact]
    public void A_lengthened_file_grows_by_a_hole()
    {
        using SafeFileHandle file = _directory.CreateFile(Utf8("file"), 0x180);
        RandomAccess.Write(file, new byte[10], 0);

        _directory.SetLength(file, 1L << 32);
        Assert.Equal(1L << 32, _directory.GetStatus(file).Size);
        Assert.True(_directory.GetStatus(file).Allocated < 65536);
        _directory.SetLength(file, 3);
        Assert.Equal(3, RandomAccess.GetLength(file));
    }

    [UnixFact]
    public void A_directory_and_its_names_are_made_durable()
    {
        CreateFile(_directory, Utf8("file"), []);
        _directory.Flush();
        Assert.Single(_directory.List());
    }

    private static (uint User, uint Group) OwnerOf(FileStatus status) => (status.UserId, status.GroupId);

    private static FileSystemReason ReasonOf(Action step) => Assert.Throws<FileSystemException>(step).Reason;
}
