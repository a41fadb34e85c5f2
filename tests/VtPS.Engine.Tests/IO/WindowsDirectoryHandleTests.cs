using System.Text;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.IO;

/// <summary>What the Windows handle does through .NET alone is the same on every platform, so it is tried on every platform.</summary>
public sealed class WindowsDirectoryHandleTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WindowsDirectoryHandle _directory;

    public WindowsDirectoryHandleTests() => _directory = WindowsDirectoryHandle.Open(_folder.Path, followLast: false, _folder.PathBytes);

    public void Dispose()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Files_and_directories_are_made_listed_examined_and_deleted()
    {
        _directory.CreateDirectory(Utf8("directory"), 0x1c0);
        CreateFile(_directory, Utf8(".file ä"), Utf8("text"));

        Assert.Equal(
            [".file ä File", "directory Directory"],
            _directory.List().Select(static e => $"{Encoding.UTF8.GetString(e.Name)} {e.Type}").Order(StringComparer.Ordinal));
        Assert.Equal(4, _directory.GetStatus(Utf8(".file ä")).Size);
        Assert.Equal(VtItemType.Directory, _directory.GetStatus(Utf8("directory")).Type);
        using (DirectoryHandle below = _directory.OpenDirectory(Utf8("directory")))
        {
            Assert.Empty(below.List());
        }

        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => _directory.CreateDirectory(Utf8("directory"), 0x1c0)));
        Assert.Equal(FileSystemReason.NotADirectory, ReasonOf(() => _directory.OpenDirectory(Utf8(".file ä"))));
        Assert.Equal(FileSystemReason.IsADirectory, ReasonOf(() => _directory.DeleteFile(Utf8("directory"))));
        _directory.Rename(Utf8(".file ä"), Utf8("renamed"));
        _directory.DeleteFile(Utf8("renamed"));
        _directory.DeleteDirectory(Utf8("directory"));
        Assert.Equal(FileSystemReason.NotFound, ReasonOf(() => _directory.DeleteFile(Utf8("renamed"))));
        Assert.Null(_directory.TryGetStatus(Utf8("renamed")));
    }

    [Fact]
    public void Times_are_set_and_told_to_100_nanoseconds()
    {
        CreateFile(_directory, Utf8("file"), []);
        foreach (FileTime time in (FileTime[])[new(1234567890, 123456700), new(-315619200, 900), new(4102444800, 0)])
        {
            _directory.SetModified(Utf8("file"), time);
            Assert.Equal(time, _directory.GetStatus(Utf8("file")).Modified);
            using SafeFileHandle file = _directory.OpenFile(Utf8("file"));
            Assert.Equal(time, _directory.GetStatus(file).Modified);
        }

        Assert.Equal(FileSystemReason.NotSupported, ReasonOf(() => _directory.SetModified(Utf8("file"), new FileTime(-20000000000, 0))));
    }

    [Fact]
    public void Everything_in_a_file_is_data()
    {
        using SafeFileHandle file = _directory.CreateFile(Utf8("file"), 0x1a4);
        _directory.SetLength(file, 1000);
        Assert.Equal((10L, 1000L), _directory.FindData(file, 10, 1000));
        Assert.Null(_directory.FindData(file, 1000, 1000));
    }

    [Fact]
    public void What_cannot_be_done_is_told_as_not_supported()
    {
        CreateFile(_directory, Utf8("file"), []);
        Assert.Equal(FileSystemReason.NotSupported, ReasonOf(() => _directory.SetOwner(Utf8("file"), 0, 0)));
        Assert.Equal(FileSystemReason.NotSupported, ReasonOf(() => _directory.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute(Utf8("user.x"), []))));
        Assert.Equal(FileSystemReason.NotSupported, ReasonOf(() => _directory.CreateNode(Utf8("pipe"), VtItemType.Fifo, 0, 0, 0)));
        Assert.Equal(FileSystemReason.NotSupported, ReasonOf(() => _directory.CreateHardLink(Utf8("link"), _directory, Utf8("file"))));
        Assert.Empty(_directory.GetExtendedAttributes(Utf8("file")));
    }

    [Fact]
    public void Names_that_lead_elsewhere_are_refused()
    {
        foreach (string name in (string[])["", ".", "..", "a/b", @"a\b", "file:stream", "a\0"])
        {
            Assert.Contains("cannot name an entry", Assert.Throws<FileSystemException>(() => _directory.GetStatus(Utf8(name))).Message);
        }

        Assert.Throws<FileSystemException>(() => _directory.GetStatus([0xff]));
    }

    private static FileSystemReason ReasonOf(Action step) => Assert.Throws<FileSystemException>(step).Reason;
}
