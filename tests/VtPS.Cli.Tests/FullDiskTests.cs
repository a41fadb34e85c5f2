using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

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

    [LinuxRootFact]
    public void What_must_be_written_anew_first_is_told_with_the_room_that_it_needs()
    {
        MakeDisk();
        Succeed("init", "--store", StorePath);
        WriteFile("src/kept", RandomBytes(1, 2 * Megabyte));
        WriteFile("src/large", RandomBytes(2, 10 * Megabyte));
        BackUp("src");
        File.Delete(At("src/large"));
        BackUp("src");
        Fill();

        VtRun refused = Vt("prune", "--keep-last", "1", "--store", StorePath);

        Assert.Equal(1, refused.ExitCode);
        Assert.Equal(["StoreFull"], refused.ErrorIds);
        Match room = Regex.Match(refused.Error, "up to ([0-9]+) bytes");
        Assert.True(room.Success, refused.Error);
        Assert.InRange(long.Parse(room.Groups[1].Value, CultureInfo.InvariantCulture), 2 * Megabyte, (2 * Megabyte) + 100_000);
        Succeed("verify", "--data", "--store", StorePath);
        using (FileStream ballast = File.OpenWrite(At("disk/ballast")))
        {
            ballast.SetLength(ballast.Length - (2 * Megabyte) - 100_000);
        }

        Succeed("prune", "--keep-last", "1", "--store", StorePath);
        Assert.True(Free >= 10 * Megabyte, $"Only {Free} bytes are free.");
        Succeed("verify", "--data", "--store", StorePath);
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
        MakeDisk();
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

    private void MakeDisk()
    {
        Directory.CreateDirectory(At("disk"));
        Run("mount", "-t", "tmpfs", "-o", "size=64000000", "none", At("disk"));
        _isMounted = true;
        StorePath = At("disk/store");
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
