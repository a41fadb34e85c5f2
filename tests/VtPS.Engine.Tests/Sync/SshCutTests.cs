using System.Diagnostics;
using System.Globalization;
using VtPS.Cli.Tests;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Protocol;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>A connection over a real sshd that dies in the middle.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SshCutTests
{
    private const int Files = 60;
    private const int FileLength = 1 << 20;

    [SshdFact]
    public async Task After_a_cut_no_finished_content_is_sent_again()
    {
        using TempFolder temp = new();
        SshServer server = new(temp.Combine("ssh"));
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        byte[] content = new byte[FileLength];
        Random random = new(6);
        for (int i = 0; i < Files; i++)
        {
            random.NextBytes(content);
            File.WriteAllBytes(here.FullPath($"f{i}"), content);
        }

        int finished = 0;
        using (Process first = Start(server))
        {
            Task<VtSyncResult> sync = SyncAsync(first, here, there);
            while (!sync.IsCompleted && Finished(there) < Files / 6)
            {
                await Task.Delay(1);
            }

            first.Kill(entireProcessTree: true);
            await Assert.ThrowsAsync<VtException>(() => sync);
        }

        // The far end frees its lock when it sees that the connection has ended, and keeps what it got until then.
        VtSyncResult? result = null;
        for (long began = Stopwatch.GetTimestamp(); result is null;)
        {
            using Process second = Start(server);
            try
            {
                finished = Finished(there);
                result = await SyncAsync(second, here, there);
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.StoreBusy && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(100);
            }
        }

        Assert.Equal(VtBackupStatus.Complete, result.Status);
        Assert.InRange(finished, Files / 6, Files - 1);
        Assert.InRange(result.BytesSent, FileLength, ((Files - finished) * (long)FileLength) + 200_000);
        Assert.All(here.Files(), f => Assert.Equal(File.ReadAllBytes(f.FullName), File.ReadAllBytes(there.FullPath(f.Name))));
    }

    private static int Finished(SyncTree tree)
    {
        DirectoryInfo staging = new(tree.FullPath(".vt/staging"));
        return staging.Exists ? staging.EnumerateFiles().Count(f => f.Name.Length == 64) : 0;
    }

    private static Process Start(SshServer server)
    {
        ProcessStartInfo start = new(server.Client, ["-T", "-p", SshServer.Port.ToString(CultureInfo.InvariantCulture), "127.0.0.1", $"dotnet '{typeof(SshCutTests).Assembly.Location}' serve --stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private static async Task<VtSyncResult> SyncAsync(Process process, SyncTree here, SyncTree there)
    {
        StreamTransport transport = new("ssh", process.StandardOutput.BaseStream, process.StandardInput.BaseStream);
        ISyncPeer remote = await RemotePeer.ConnectAsync(transport, there.Path, isDry: false, NullObserver.Instance, default);
        LocalPeer local = new(here.Path, readOnly: false, compress: true, SyncWorld.Indexes, NullObserver.Instance);
        await using SyncOperation sync = SyncOperation.Of(new SyncRequest { Path = here.Path, Peer = there.Path }, local, remote, NullObserver.Instance);
        await sync.PlanAsync(default);
        return await sync.RunAsync(null, default);
    }
}
