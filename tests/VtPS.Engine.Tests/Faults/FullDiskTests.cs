using System.Diagnostics;
using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>A Store on a real file system of 64 MB that fills up.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int Megabyte = 1_000_000;

    [LinuxRootFact]
    public async Task AFullDiskHarmsNothingAndRoomMadeByAnOptimizeIsEnough()
    {
        using TempFolder temp = new();
        string disk = temp.CreateFolder("disk");
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", "size=64000000", "none", disk));
        try
        {
            Random random = new(LongRun.Seed);
            int full = 0;
            for (int i = 0; i < 20; i++)
            {
                full += await FillAsync(temp, Path.Combine(disk, $"store{i}"), random, i) ? 1 : 0;
            }

            output.WriteLine($"Of 20 sizes {full} filled the disk.");
            Assert.True(full >= 15);
        }
        finally
        {
            Assert.Equal(0, Run("umount", "-l", disk));
        }
    }

    private static async Task<bool> FillAsync(TempFolder temp, string path, Random random, int round)
    {
        string ballast = path + ".ballast";
        temp.WriteFile("small/a", TestContent.Random(200_000, 1));
        temp.WriteFile("small/b", TestContent.Random(3000, (ulong)round + 2));
        temp.WriteFile("garbage/a", TestContent.Random(4 * Megabyte, (ulong)round + 100));
        temp.WriteFile("large/a", TestContent.Random(24 * Megabyte, 50));
        bool failed = false;
        await using (TestStore store = await TestStore.CreateAsync(path))
        {
            VtBackup small = await store.BackupAsync(temp.Combine("small"));
            VtBackup garbage = await store.BackupAsync(temp.Combine("garbage"));

            // What is left is anything from nothing to just about enough.
            long free = new DriveInfo(path).AvailableFreeSpace;
            File.WriteAllBytes(ballast, new byte[Math.Max(0, free - random.Next(0, 25 * Megabyte))]);
            try
            {
                await store.BackupAsync(temp.Combine("large"));
            }
            catch (VtException e)
            {
                Assert.Equal(VtErrorId.StoreFull, e.ErrorId);
                failed = true;
            }

            await CheckAsync(store, small, temp.Combine("small"));
            if (failed)
            {
                // Nothing of the failed run stands in the way; what was removed is freed although there is no room at all.
                File.Delete(ballast);
                free = new DriveInfo(path).AvailableFreeSpace;
                FillUp(ballast, free);
                Assert.Equal(0, new DriveInfo(path).AvailableFreeSpace);
                await RemoveBackupOperation.RunAsync(store.Session, [garbage.Id], CancellationToken.None);
                await StoreCheck.OptimizeAsync(store.Session, unused: 5);
                Assert.True(new DriveInfo(path).AvailableFreeSpace >= 3 * Megabyte);
                File.Delete(ballast);
            }

            VtBackup large = await store.BackupAsync(temp.Combine("large"));
            await CheckAsync(store, small, temp.Combine("small"));
            await CheckAsync(store, large, temp.Combine("large"));
            Assert.Empty(Directory.Exists(Path.Combine(path, "tmp")) ? Directory.GetFiles(Path.Combine(path, "tmp")) : []);
        }

        File.Delete(ballast);
        Directory.Delete(path, recursive: true);
        return failed;
    }

    private static void FillUp(string path, long length)
    {
        using FileStream file = File.Create(path);
        byte[] piece = new byte[4096];
        try
        {
            for (long written = 0; written < length; written += piece.Length)
            {
                file.Write(piece);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full: that was the aim.
        }
    }

    private static async Task CheckAsync(TestStore store, VtBackup backup, string source)
    {
        await using StoreSession fresh = await StoreCheck.OpenAsync(store.Storage);
        Assert.Empty(fresh.Damage);
        Assert.Equal(StoreCheck.DescribeLive(source), await StoreCheck.DescribeAsync(fresh, backup));
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
