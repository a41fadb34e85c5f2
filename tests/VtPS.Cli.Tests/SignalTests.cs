using System.Diagnostics;
using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class SignalTests : Workplace
{
    [LinuxFact]
    public void SIGINT_leaves_an_Interrupted_backup_that_the_next_run_uses() => Interrupted_backup_is_a_base(VtProcess.Interrupt);

    [LinuxFact]
    public void SIGTERM_leaves_an_Interrupted_backup_that_the_next_run_uses() => Interrupted_backup_is_a_base(VtProcess.Terminate);

    [LinuxFact]
    public void A_signal_while_a_command_is_silent_ends_the_run_and_the_command()
    {
        MakeStore();
        using VtProcess vt = Start("backup", "--stdin-name", "dump", "--store", StorePath, "--json", "--", "sh", "-c", "echo begun; echo $$ > pid; exec sleep 600");
        WaitFor(() => File.Exists(At("pid")) && File.ReadAllText(At("pid")).EndsWith('\n'));

        vt.Signal(VtProcess.Terminate);
        VtRun run = vt.Wait();

        Assert.Equal(130, run.ExitCode);
        Assert.Equal("Interrupted", run.Json.GetProperty("Status").GetString());
        Assert.False(Directory.Exists("/proc/" + File.ReadAllText(At("pid")).Trim()), "The command is still running.");
        AssertNoLeaseStands();
    }

    [LinuxFact]
    public void A_second_signal_ends_at_once()
    {
        MakeStore();

        // The command does not heed the first signal, so that vt has something to wait for.
        using VtProcess vt = Start("backup", "--stdin-name", "dump", "--store", StorePath, "--", "sh", "-c", "trap '' TERM INT; echo begun; touch ready; sleep 600 & echo $! > pid; wait; wait");
        WaitFor(() => File.Exists(At("pid")) && File.ReadAllText(At("pid")).EndsWith('\n'));
        vt.Signal(VtProcess.Interrupt);
        Thread.Sleep(1000);
        Assert.False(vt.HasExited);

        Stopwatch clock = Stopwatch.StartNew();
        vt.Signal(VtProcess.Interrupt);
        WaitFor(() => vt.HasExited);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"It took {clock.Elapsed}.");
        Process.GetProcessById(int.Parse(File.ReadAllText(At("pid")))).Kill();
        Assert.Equal(130, vt.Wait().ExitCode);
    }

    [LinuxFact]
    public void A_signal_during_a_restore_leaves_no_unfinished_file()
    {
        MakeStore();
        WriteFile("tree/large", RandomBytes(1, 100_000_000));
        BackUp("tree");
        using VtProcess vt = Start("restore", "latest", "--to", "out", "--verify", "--store", StorePath);
        WaitFor(() => Directory.Exists(At("out/tree")) && Directory.GetFileSystemEntries(At("out/tree")).Length > 0);

        vt.Signal(VtProcess.Interrupt);
        VtRun run = vt.Wait();

        Assert.True(run.ExitCode is 0 or 130, run.ToString());
        foreach (string file in Directory.GetFiles(At("out"), "*", SearchOption.AllDirectories))
        {
            string source = At(Path.GetRelativePath(At("out"), file));
            Assert.True(File.Exists(source), $"{file} is no file of the backup.");
            Assert.Equal(new FileInfo(source).Length, new FileInfo(file).Length);
        }
    }

    private void Interrupted_backup_is_a_base(int signal)
    {
        // The large file comes last, and compressing it takes long.
        Succeed("init", "--store", StorePath, "--compression", "brotli", "--compression-level", "6");
        for (int i = 0; i < 100; i++)
        {
            WriteFile($"tree/a/{i}", Text(i, 5000));
        }

        WriteFile("tree/z-large", Text(1000, 150_000_000));
        Thread.Sleep(2500);
        using VtProcess vt = Start("backup", "tree", "--store", StorePath, "--json");

        // Once so much is written, the small files, which come first, are done.
        string unfinished = Path.Combine(StorePath, "tmp");
        WaitFor(() => Directory.Exists(unfinished) && Directory.GetFiles(unfinished).Sum(path => new FileInfo(path).Length) > 8_000_000);
        Assert.False(vt.HasExited);

        Stopwatch clock = Stopwatch.StartNew();
        vt.Signal(signal);
        VtRun run = vt.Wait();

        Assert.Equal(130, run.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It took {clock.Elapsed} to stop.");
        Assert.Equal("Interrupted", run.Json.GetProperty("Status").GetString());
        string interrupted = run.Json.GetProperty("Id").GetString()!;
        AssertNoLeaseStands();

        File.Delete(At("tree/z-large"));
        JsonElement next = Succeed("backup", "tree", "--store", StorePath, "--json").Json;

        Assert.Equal("Complete", next.GetProperty("Status").GetString());
        Assert.Contains(interrupted, next.GetProperty("BasedOn").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(100, next.GetProperty("FilesUnchanged").GetInt64());
        Assert.Equal(0, next.GetProperty("DataBlocksNew").GetInt64());
    }

    /// <summary>Bytes that compress, each piece of them unlike the others.</summary>
    private static byte[] Text(int seed, int length)
    {
        byte[] bytes = RandomBytes(seed, length);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)('a' + (bytes[i] & 15));
        }

        return bytes;
    }

    private void AssertNoLeaseStands() => Assert.Empty(Directory.GetFiles(Path.Combine(StorePath, "leases"), "*.json"));
}
