using System.Diagnostics;

namespace VtPS.Cli.Tests;

/// <summary>A Store on a real file system of 64 MB without a free block.</summary>
public sealed class FullDiskTests : Workplace
{
    private const int Megabyte = 1_000_000;
    private bool _isMounted;

    [LinuxRootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prune_frees_space_on_a_full_disk_and_the_next_backup_succeeds(bool encrypted)
    {
        string[] credentials = MakeFullStore(encrypted);

        VtRun refused = Vt(["backup", "src", "--store", StorePath, .. credentials]);

        Assert.Equal(1, refused.ExitCode);
        Assert.Equal(["StoreFull"], refused.ErrorIds);
        Assert.Contains($"'{StorePath}' is full", refused.Error);
        Assert.Contains("remove old backups and optimize the Store", refused.Error);
        Fill();

        Succeed(["prune", "--keep-last", "1", "--store", StorePath, .. credentials]);

        Assert.True(Free >= 20 * Megabyte, $"Only {Free} bytes were freed.");
        Succeed(["backup", "src", "--store", StorePath, .. credentials]);
        Succeed(["verify", "--data", "--store", StorePath, .. credentials]);
        Succeed(["restore", "latest", "--to", "out", "--store", StorePath, .. credentials]);
        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
        Assert.False(Directory.EnumerateFiles(Path.Combine(StorePath, "tmp")).Any());
    }

    protected override void Cleanup()
    {
        if (_isMounted)
        {
            Run("umount", "-l", At("disk"));
        }
    }

    private long Free => new DriveInfo(At("disk")).AvailableFreeSpace;

    /// <summary>Makes a Store with three backups, the first two of 10 MB that the third does not need, a new source, and a disk without a free block.</summary>
    private string[] MakeFullStore(bool encrypted)
    {
        Directory.CreateDirectory(At("disk"));
        Run("mount", "-t", "tmpfs", "-o", "size=64000000", "none", At("disk"));
        _isMounted = true;
        StorePath = At("disk/store");
        File.WriteAllBytes(At("key"), RandomBytes(1, 32));
        string[] credentials = encrypted ? ["--key-file", At("key")] : [];
        Succeed(["init", "--store", StorePath, .. credentials]);
        for (int i = 0; i < 3; i++)
        {
            WriteFile("src/large", RandomBytes(i, 10 * Megabyte));
            Succeed(["backup", "src", "--store", StorePath, .. credentials]);
        }

        WriteFile("src/large", RandomBytes(9, 10 * Megabyte));
        Fill();
        return credentials;
    }

    private void Fill()
    {
        using FileStream file = new(At("disk/ballast"), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] piece = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(piece);
            }
        }
        catch (IOException)
        {
            // Full: that was the aim.
        }

        Assert.Equal(0, Free);
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
