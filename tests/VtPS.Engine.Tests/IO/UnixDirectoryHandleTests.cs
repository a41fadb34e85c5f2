using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.IO;

public sealed class UnixDirectoryHandleTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DirectoryHandle _directory;

    public UnixDirectoryHandleTests() => _directory = _folder.Open();

    public void Dispose()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [UnixFact]
    public void Names_of_any_bytes_are_listed_as_they_are_with_their_types()
    {
        foreach (byte[] name in NastyNames.OddNames)
        {
            CreateFile(_directory, name, name);
        }

        _directory.CreateDirectory([0xff, 1], 0x1c0);
        _directory.CreateSymbolicLink([0xff, 2], Utf8("x"));
        _directory.CreateNode([0xff, 3], VtItemType.Fifo, 0x180, 0, 0);

        Dictionary<string, VtItemType> listed = _directory.List().ToDictionary(static e => Convert.ToHexString(e.Name), static e => e.Type);

        Assert.Equal(NastyNames.OddNames.Count() + 3, listed.Count);
        Assert.All(NastyNames.OddNames, n => Assert.Equal(VtItemType.File, listed[Convert.ToHexString(n)]));
        Assert.Equal(VtItemType.Directory, listed["FF01"]);
        Assert.Equal(VtItemType.SymbolicLink, listed["FF02"]);
        Assert.Equal(VtItemType.Fifo, listed["FF03"]);
        Assert.All(NastyNames.OddNames, n => Assert.Equal(n.Length, _directory.GetStatus(n).Size));
    }

    [UnixFact]
    public void A_directory_of_many_names_is_listed_wholly_each_time_and_through_duplicates()
    {
        for (int i = 0; i < 3000; i++)
        {
            CreateFile(_directory, Utf8($"{i} {new string('n', 100)}"), []);
        }

        using DirectoryHandle duplicate = _directory.Duplicate();
        List<int> counts = [];
        Parallel.For(0, 16, i =>
        {
            int count = (i % 2 == 0 ? _directory : duplicate).List().Select(static e => Convert.ToHexString(e.Name)).Distinct().Count();
            lock (counts)
            {
                counts.Add(count);
            }
        });

        Assert.All(counts, static c => Assert.Equal(3000, c));
    }

    [UnixFact]
    public void A_duplicate_outlives_its_original()
    {
        CreateFile(_directory, Utf8("file"), []);
        DirectoryHandle original = _folder.Open();
        using DirectoryHandle duplicate = original.Duplicate();
        original.Dispose();

        Assert.Single(duplicate.List());
        Assert.Throws<ObjectDisposedException>(() => original.GetStatus());
    }

    [UnixFact]
    public void Status_tells_what_the_file_is()
    {
        using (SafeFileHandle file = _directory.CreateFile(Utf8("file"), 0x1a4))
        {
            RandomAccess.Write(file, new byte[5000], 0);
        }

        _directory.SetMode(Utf8("file"), 0x9e9);
        _directory.SetModified(Utf8("file"), new FileTime(1234567890, 123456789));
        _directory.CreateHardLink(Utf8("link"), _directory, Utf8("file"));

        FileStatus status = _directory.GetStatus(Utf8("file"));
        FileInfo info = new(_folder.Combine("file"));

        Assert.Equal(VtItemType.File, status.Type);
        Assert.Equal(0x9e9, status.Mode);
        Assert.Equal(5000, status.Size);
        Assert.Equal(2, status.LinkCount);
        Assert.Equal(new FileTime(1234567890, 123456789), status.Modified);
        Assert.Equal(info.LastWriteTimeUtc, status.Modified.ToLocalTime().ToUniversalTime());
        Assert.True(status.Allocated >= 4096);
        Assert.Equal(status.Inode, _directory.GetStatus(Utf8("link")).Inode);
        Assert.Equal(status.Device, _directory.GetStatus().Device);
        Assert.InRange((DateTime.UtcNow - status.Changed!.Value.ToLocalTime().ToUniversalTime()).TotalMinutes, -1, 5);
        using SafeFileHandle open = _directory.OpenFile(Utf8("file"));
        Assert.Equal(status, _directory.GetStatus(open));
    }

    [UnixFact]
    public void What_is_not_there_has_no_status()
    {
        Assert.Null(_directory.TryGetStatus(Utf8("nothing")));
        FileSystemException e = Assert.Throws<FileSystemException>(() => _directory.GetStatus([0xff, (byte)'\n']));
        Assert.Equal(FileSystemReason.NotFound, e.Reason);
        Assert.Equal(2, e.ErrorNumber);
        Assert.Contains(@"'\xff\x0a'", e.Message);
        Assert.Contains("No such file", e.Message);
    }

    [UnixFact]
    public void No_symlink_in_the_last_place_is_followed()
    {
        _folder.CreateFolder("directory");
        _folder.WriteFile("file", "text");
        _directory.CreateSymbolicLink(Utf8("to-directory"), Utf8("directory"));
        _directory.CreateSymbolicLink(Utf8("to-file"), Utf8("file"));

        Assert.Equal(FileSystemReason.NotADirectory, ReasonOf(() => _directory.OpenDirectory(Utf8("to-directory"))));
        Assert.Equal(FileSystemReason.SymbolicLink, ReasonOf(() => _directory.OpenFile(Utf8("to-file"))));
        Assert.Equal(VtItemType.SymbolicLink, _directory.GetStatus(Utf8("to-file")).Type);
        Assert.Equal(FileSystemReason.NotSupported, ReasonOf(() => _directory.SetMode(Utf8("to-file"), 0)));
        Assert.Equal(FileSystemReason.Exists, ReasonOf(() => _directory.CreateFile(Utf8("to-file"), 0x1a4)));
        _directory.SetModified(Utf8("to-file"), new FileTime(5, 6));
        Assert.Equal(new FileTime(5, 6), _directory.GetStatus(Utf8("to-file")).Modified);
        Assert.NotEqual(5, _directory.GetStatus(Utf8("file")).Modified.Seconds);
        Assert.NotEqual(0, _directory.GetStatus(Utf8("file")).Mode);
    }

    [UnixFact]
    public void A_pipe_is_opened_without_waiting()
    {
        _directory.CreateNode(Utf8("pipe"), VtItemType.Fifo, 0x180, 0, 0);

        using SafeFileHandle pipe = _directory.OpenFile(Utf8("pipe"));

        Assert.Equal(VtItemType.Fifo, _directory.GetStatus(pipe).Type);
    }

    [UnixFact]
    public void Link_targets_of_any_bytes_and_length_are_read_whole()
    {
        foreach (int length in (int[])[1, 511, 512, 513, 4000, 4095])
        {
            byte[] target = new byte[length];
            Array.Fill(target, (byte)0xe9);
            byte[] name = Utf8($"link {length}");
            _directory.CreateSymbolicLink(name, target);

            Assert.Equal(target, _directory.ReadLink(name));
        }

        CreateFile(_directory, Utf8("file"), []);
        Assert.Equal(FileSystemReason.Other, ReasonOf(() => _directory.ReadLink(Utf8("file"))));
    }

    [UnixFact]
    public void Names_that_lead_elsewhere_are_refused()
    {
        foreach (byte[] name in (byte[][])[[], Utf8("."), Utf8(".."), Utf8("a/b"), Utf8("/"), [(byte)'a', 0]])
        {
            Assert.Contains("cannot name an entry", Assert.Throws<FileSystemException>(() => _directory.GetStatus(name)).Message);
            Assert.Throws<FileSystemException>(() => _directory.OpenDirectory(name));
            Assert.Throws<FileSystemException>(() => _directory.OpenFile(name));
            Assert.Throws<FileSystemException>(() => _directory.CreateFile(name, 0x180));
            Assert.Throws<FileSystemException>(() => _directory.DeleteDirectory(name));
            Assert.Throws<FileSystemException>(() => _directory.SetExtendedAttribute(name, new ExtendedAttribute(Utf8("user.x"), [])));
        }
    }

    [UnixFact]
    public void Holes_are_found()
    {
        using SafeFileHandle file = _directory.CreateFile(Utf8("sparse"), 0x180);
        RandomAccess.Write(file, new byte[4096], 1 << 20);
        _directory.SetLength(file, 4 << 20);

        Assert.Equal((1L << 20, (1L << 20) + 4096), _directory.FindData(file, 0, 4 << 20));
        Assert.Equal(((1L << 20) + 10, (1L << 20) + 4096), _directory.FindData(file, (1 << 20) + 10, 4 << 20));
        Assert.Null(_directory.FindData(file, 2 << 20, 4 << 20));
        Assert.Null(_directory.FindData(file, 4 << 20, 4 << 20));
        Assert.Null(_directory.FindData(file, 0, 4096));
        Assert.Equal((1L << 20, (1L << 20) + 100), _directory.FindData(file, 0, (1 << 20) + 100));
        Assert.InRange(_directory.GetStatus(file).Allocated, 4096, 65536);
    }

    [UnixFact]
    public void A_file_that_was_opened_reads_and_one_that_was_made_writes()
    {
        byte[] content = Random(100000, 1);
        using (SafeFileHandle file = _directory.CreateFile(Utf8("file"), 0x180))
        {
            RandomAccess.Write(file, content, 0);
            byte[] back = new byte[10];
            Assert.Equal(10, RandomAccess.Read(file, back, 50));
            Assert.Equal(content[50..60], back);
        }

        using SafeFileHandle open = _directory.OpenFile(Utf8("file"));
        using FileStream stream = new(open, FileAccess.Read, 0, isAsync: open.IsAsync);
        byte[] read = new byte[content.Length];
        stream.ReadExactly(read);
        Assert.Equal(content, read);
    }

    [UnixFact]
    public void Denied_access_is_told_as_such()
    {
        _folder.WriteFile("secret", "text");
        _folder.CreateFolder("closed");
        _directory.SetMode(Utf8("secret"), NastyTree.IsRoot ? 0x180 : 0);
        _directory.SetMode(Utf8("closed"), NastyTree.IsRoot ? 0x1c0 : 0);
        _directory.SetMode(null, 0x1ed);

        AsNobody.Run(() =>
        {
            FileSystemException e = Assert.Throws<FileSystemException>(() => _directory.OpenFile(Utf8("secret")));
            Assert.Equal(FileSystemReason.Denied, e.Reason);
            Assert.Contains("'secret' cannot be opened: Permission denied", e.Message);
            Assert.Equal(FileSystemReason.Denied, ReasonOf(() => _directory.OpenDirectory(Utf8("closed"))));
        });
    }

    [UnixFact]
    public void A_file_of_someone_else_is_read_though_its_access_time_cannot_be_kept()
    {
        _folder.WriteFile("public", "text");
        _directory.SetMode(Utf8("public"), 0x1a4);
        _directory.SetMode(null, 0x1ed);

        AsNobody.Run(() =>
        {
            using SafeFileHandle file = _directory.OpenFile(Utf8("public"));
            Assert.Equal(4, RandomAccess.Read(file, new byte[10], 0));
        });
    }

    [UnixFact]
    public void A_directory_that_is_gone_is_not_listed()
    {
        _directory.CreateDirectory(Utf8("short-lived"), 0x1c0);
        using DirectoryHandle gone = _directory.OpenDirectory(Utf8("short-lived"));
        _directory.DeleteDirectory(Utf8("short-lived"));

        Assert.Equal(FileSystemReason.NotFound, ReasonOf(() => gone.List()));
    }

    private static FileSystemReason ReasonOf(Action step) => Assert.Throws<FileSystemException>(step).Reason;
}
