using System.Diagnostics;
using System.Text;
using VtPS.Engine.Objects;
using Xunit;

namespace VtPS.Engine.Tests.Objects;

public sealed class LocalFolderStorageTests : ObjectStorageContract
{
    private readonly string _root = Directory.CreateTempSubdirectory("vtps-objects-").FullName;

    [Fact]
    public async Task An_object_is_a_file_that_only_its_user_can_read()
    {
        await using LocalFolderStorage storage = new(_root);
        await storage.PutAsync("data/ab/1.vtd", "owner", "abc"u8.ToArray(), default);
        string path = Path.Join(_root, "data", "ab", "1.vtd");
        Assert.Equal("abc", await File.ReadAllTextAsync(path));
        Assert.Empty(Directory.GetFiles(Path.Join(_root, "tmp")));
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal(file, File.GetUnixFileMode(path));
            Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Join(_root, "data", "ab")));
            Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Join(_root, "tmp")));
        }
    }

    [Fact]
    public async Task What_is_unfinished_bears_its_owners_name_and_is_swept_by_it()
    {
        await using LocalFolderStorage storage = new(_root);
        IObjectUpload mine = await storage.BeginPutAsync("data/aa/1", "mine", default);
        IObjectUpload mineToo = await storage.BeginPutAsync("data/aa/2", "mine", default);
        IObjectUpload other = await storage.BeginPutAsync("data/aa/3", "mine2", default);
        string[] names = Directory.GetFiles(Path.Join(_root, "tmp")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["mine.", "mine.", "mine2"], names.Select(name => name[..5]));
        await storage.SweepUnfinishedAsync("mine", default);
        Assert.Equal([names[2]], Directory.GetFiles(Path.Join(_root, "tmp")).Select(Path.GetFileName));

        // The swept are never finished: better an error than an object that is not there.
        VtException e = await Assert.ThrowsAsync<VtException>(async () => await mine.CommitAsync(default));
        Assert.Equal(VtErrorId.StoreWriteFailed, e.ErrorId);
        await mine.DisposeAsync();
        await mineToo.DisposeAsync();
        await other.CommitAsync(default);
        await other.DisposeAsync();
        Assert.Equal(0, await storage.GetLengthAsync("data/aa/3", default));
        Assert.Empty(Directory.GetFiles(Path.Join(_root, "tmp")));
    }

    [Fact]
    public async Task A_missing_root_is_an_error_and_is_never_made()
    {
        string missing = Path.Join(_root, "not-mounted");
        await using LocalFolderStorage storage = new(missing);
        VtException e = await Assert.ThrowsAsync<VtException>(async () => await storage.PutAsync("a", "owner", default, default));
        Assert.Equal(VtErrorId.StoreWriteFailed, e.ErrorId);
        Assert.Contains(missing, e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<VtException>(async () => await ListAsync(storage, "data/"));
        Assert.Equal(VtErrorId.StoreReadFailed, e.ErrorId);
        await Assert.ThrowsAsync<ObjectNotFoundException>(async () => await storage.GetAsync("store.json", 100, default));
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task A_new_root_is_made_with_its_parents()
    {
        string root = Path.Join(_root, "a", "b");
        LocalFolderStorage.CreateRoot(root);
        LocalFolderStorage.CreateRoot(root);
        await using LocalFolderStorage storage = new(root);
        await storage.PutAsync("store.json", "owner", "x"u8.ToArray(), default);
        Assert.True(File.Exists(Path.Join(root, "store.json")));

        string file = Path.Join(_root, "file");
        await File.WriteAllTextAsync(file, "x");
        Assert.Equal(VtErrorId.StoreWriteFailed, Assert.Throws<VtException>(() => LocalFolderStorage.CreateRoot(file)).ErrorId);
        Assert.Equal(VtErrorId.StoreWriteFailed, Assert.Throws<VtException>(() => LocalFolderStorage.CreateRoot(Path.Join(file, "below"))).ErrorId);
    }

    [Fact]
    public async Task A_folder_that_went_missing_is_made_again()
    {
        await using LocalFolderStorage storage = new(_root);
        await storage.PutAsync("data/aa/1", "owner", "1"u8.ToArray(), default);
        Directory.Delete(Path.Join(_root, "data"), recursive: true);
        Directory.Delete(Path.Join(_root, "tmp"), recursive: true);
        await storage.PutAsync("data/aa/2", "owner", "2"u8.ToArray(), default);
        Assert.Equal([new ObjectInfo("data/aa/2", 1)], await ListAsync(storage, "data/"));
    }

    [Fact]
    public async Task Only_regular_files_are_objects_and_those_in_tmp_are_none()
    {
        await using LocalFolderStorage storage = new(_root);
        await storage.PutAsync("data/aa/1", "owner", "1"u8.ToArray(), default);
        Directory.CreateDirectory(Path.Join(_root, "data", "empty"));
        Directory.CreateDirectory(Path.Join(_root, "lost+found"));
        await File.WriteAllTextAsync(Path.Join(_root, "lost+found", "x"), "x");
        await File.WriteAllTextAsync(Path.Join(_root, "tmp", "x.1"), "x");
        await File.WriteAllTextAsync(Path.Join(_root, "data", "a file of someone's"), "12345");
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(Path.Join(_root, "data", "aa", "link"), Path.Join(_root, "data", "aa", "1"));
            File.CreateSymbolicLink(Path.Join(_root, "data", "aa", "broken"), "nowhere");
            Run("mkfifo", Path.Join(_root, "data", "aa", "pipe"));
            Assert.Null(await storage.GetLengthAsync("data/aa/pipe", default));
        }

        Assert.Equal(
            [new ObjectInfo("data/a file of someone's", 5), new ObjectInfo("data/aa/1", 1)],
            (await ListAsync(storage, string.Empty)).OrderBy(o => o.Name, StringComparer.Ordinal));
        Assert.Null(await storage.GetLengthAsync("data/aa", default));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_fails_the_listing()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            // Nothing is closed to the administrator.
            return;
        }

        await using LocalFolderStorage storage = new(_root);
        await storage.PutAsync("data/aa/1", "owner", "1"u8.ToArray(), default);
        await storage.PutAsync("data/bb/1", "owner", "1"u8.ToArray(), default);
        string closed = Path.Join(_root, "data", "aa");
        File.SetUnixFileMode(closed, UnixFileMode.None);
        try
        {
            Assert.Equal(VtErrorId.StoreReadFailed, (await Assert.ThrowsAsync<VtException>(async () => await ListAsync(storage, "data/"))).ErrorId);
            Assert.Equal(VtErrorId.StoreReadFailed, (await Assert.ThrowsAsync<VtException>(async () => await storage.GetLengthAsync("data/aa/1", default))).ErrorId);
            Assert.Equal(VtErrorId.StoreReadFailed, (await Assert.ThrowsAsync<VtException>(async () => await storage.ReadAsync("data/aa/1", 0, new byte[1], default))).ErrorId);
            Assert.Equal(VtErrorId.StoreWriteFailed, (await Assert.ThrowsAsync<VtException>(async () => await storage.DeleteAsync("data/aa/1", default))).ErrorId);
            Assert.Equal(VtErrorId.StoreWriteFailed, (await Assert.ThrowsAsync<VtException>(async () => await storage.PutAsync("data/aa/2", "owner", default, default))).ErrorId);
        }
        finally
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_prefix_whose_folder_is_a_link_is_listed_through_it()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string elsewhere = Path.Join(_root, "elsewhere");
        string root = Path.Join(_root, "store");
        Directory.CreateDirectory(Path.Join(elsewhere, "aa"));
        Directory.CreateDirectory(root);
        Directory.CreateSymbolicLink(Path.Join(root, "data"), elsewhere);
        await using LocalFolderStorage storage = new(root);
        await storage.PutAsync("data/aa/1", "owner", "1"u8.ToArray(), default);
        Assert.Equal([new ObjectInfo("data/aa/1", 1)], await ListAsync(storage, "data/"));
        Assert.Equal([new ObjectInfo("data/aa/1", 1)], await ListAsync(storage, string.Empty));
    }

    [Fact]
    public async Task Two_processes_cannot_put_one_name_with_different_bytes()
    {
        await using LocalFolderStorage one = new(_root);
        await using LocalFolderStorage two = new(_root);
        IObjectUpload first = await one.BeginPutAsync("backups/1", "a", default);
        IObjectUpload second = await two.BeginPutAsync("backups/1", "b", default);
        await first.WriteAsync("first"u8.ToArray(), default);
        await second.WriteAsync("other"u8.ToArray(), default);
        await first.CommitAsync(default);
        await Assert.ThrowsAsync<ObjectExistsException>(async () => await second.CommitAsync(default));
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Equal("first", Encoding.ASCII.GetString(await two.GetAsync("backups/1", 100, default)));
        Assert.Empty(Directory.GetFiles(Path.Join(_root, "tmp")));
    }

    [Fact]
    public async Task Many_readers_of_many_files_read_right_and_few_files_stay_open()
    {
        const int files = 150;
        await using LocalFolderStorage storage = new(_root);
        for (int i = 0; i < files; i++)
        {
            byte[] content = new byte[1000];
            content.AsSpan().Fill((byte)i);
            string path = Path.Join(_root, "data", "aa", "f" + i);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content);
        }

        await Parallel.ForAsync(0, 8, async (reader, _) =>
        {
            Random random = new(reader);
            byte[] buffer = new byte[100];
            for (int i = 0; i < 2000; i++)
            {
                int file = random.Next(files);
                Assert.Equal(100, await storage.ReadAsync("data/aa/f" + file, random.Next(900), buffer, default));
                Assert.False(buffer.AsSpan().ContainsAnyExcept((byte)file));
            }
        });

        if (OperatingSystem.IsLinux())
        {
            Assert.InRange(OpenFiles(), 1, 64);
            await storage.DisposeAsync();
            Assert.Equal(0, OpenFiles());
        }
    }

    [Fact]
    public async Task Deleting_closes_the_file()
    {
        await using LocalFolderStorage storage = new(_root);
        await storage.PutAsync("data/aa/1", "owner", "1"u8.ToArray(), default);
        await storage.ReadAsync("data/aa/1", 0, new byte[1], default);
        await storage.DeleteAsync("data/aa/1", default);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, OpenFiles());
        }
    }

    [Fact]
    public async Task A_lock_of_another_process_is_seen_and_ends_with_it()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock"))
        {
            return;
        }

        await using LocalFolderStorage storage = new(_root);
        await storage.PutAsync("leases/1.json", "1", "lease"u8.ToArray(), default);
        string path = Path.Join(_root, "leases", "1.json");
        using Process holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["--no-fork", "--exclusive", path, "/bin/sh", "-c", "echo held; read x"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        Assert.True(await storage.IsLockedAsync("leases/1.json", default));
        Assert.Equal("lease", Encoding.ASCII.GetString(await storage.GetAsync("leases/1.json", 100, default)));
        holder.Kill();
        await holder.WaitForExitAsync();
        Assert.False(await storage.IsLockedAsync("leases/1.json", default));
    }

    [Fact]
    public async Task Another_process_sees_our_lock()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock"))
        {
            return;
        }

        await using LocalFolderStorage storage = new(_root);
        IAsyncDisposable? held = await storage.TryPutLockedAsync("leases/1.json", "lease"u8.ToArray(), default);
        string path = Path.Join(_root, "leases", "1.json");
        Assert.NotEqual(0, Run("/usr/bin/flock", "--nonblock", "--shared", path, "true"));
        await held!.DisposeAsync();
        Assert.Equal(0, Run("/usr/bin/flock", "--nonblock", "--shared", path, "true"));
    }

    [Fact]
    public async Task A_full_file_system_is_said_so_and_leaves_nothing_behind()
    {
        // Needs the right to mount: elsewhere there is no file system small enough to fill.
        string mount = Path.Join(_root, "small");
        Directory.CreateDirectory(mount);
        if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount) != 0)
        {
            return;
        }

        try
        {
            await using LocalFolderStorage storage = new(mount);
            await storage.PutAsync("data/aa/small", "owner", new byte[1000], default);
            IObjectUpload upload = await storage.BeginPutAsync("data/aa/large", "owner", default);
            VtException e = await Assert.ThrowsAsync<VtException>(async () =>
            {
                for (int i = 0; i < 40; i++)
                {
                    await upload.WriteAsync(new byte[100_000], default);
                }
            });
            Assert.Equal(VtErrorId.StoreFull, e.ErrorId);
            Assert.Contains(mount, e.Message, StringComparison.Ordinal);
            VtException again = await Assert.ThrowsAsync<VtException>(async () => await upload.CommitAsync(default));
            Assert.Equal(VtErrorId.StoreFull, again.ErrorId);
            await upload.DisposeAsync();
            Assert.Equal([new ObjectInfo("data/aa/small", 1000)], await ListAsync(storage, string.Empty));
            await storage.PutAsync("data/aa/again", "owner", new byte[1000], default);
        }
        finally
        {
            Run("umount", mount);
        }
    }

    private protected override IObjectStorage Open() => new LocalFolderStorage(_root);

    protected override void CleanUp() => Directory.Delete(_root, recursive: true);

    private static async Task<List<ObjectInfo>> ListAsync(LocalFolderStorage storage, string prefix)
    {
        List<ObjectInfo> found = [];
        await foreach (ObjectInfo info in storage.ListAsync(prefix, default))
        {
            found.Add(info);
        }

        return found;
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>How many of this process's open files lie below the root.</summary>
    private int OpenFiles()
    {
        int count = 0;
        foreach (string descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            string? target = new FileInfo(descriptor).LinkTarget;
            count += target is not null && target.StartsWith(_root, StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }
}
