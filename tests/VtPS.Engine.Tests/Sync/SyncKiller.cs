using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Faults;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Syncs of which a process is killed (kill -9): the one that holds both trees, or the far end; after so many actions, at a random moment, or (long form, with strace) at a call that changes a file system.</summary>
internal static class SyncKiller
{
    private const string Calls = "renameat2,rename,unlinkat,unlink,mkdirat,mkdir,rmdir,symlinkat,utimensat,fchmodat,fsync,syncfs,ftruncate,pwrite64";

    private static readonly string Program = typeof(SyncKiller).Assembly.Location;

    private static bool HasStrace { get; } = LongRun.IsOn && File.Exists("/usr/bin/strace");

    /// <summary>Begins a sync and kills it.</summary>
    /// <param name="here">The root of a tree.</param>
    /// <param name="there">The root of another, which is the far end's where only that is killed.</param>
    /// <param name="random">Decides what is killed, and when.</param>
    /// <param name="most">The most actions, about, that the sync may have.</param>
    /// <returns>How it was killed, for messages.</returns>
    public static async Task<string> RunAsync(string here, string there, Random random, int most)
    {
        bool both = random.Next(2) == 0;
        int way = random.Next(HasStrace ? 3 : 2);
        int call = way == 2 ? random.Next(1, (most * 6) + 12) : 0;
        string[] arguments = both ? ["sync", here, there, way == 0 ? random.Next(1, most).ToString(CultureInfo.InvariantCulture) : "0"] : ["serve", "--stdio"];
        using Process process = Start(arguments, call);
        int patience = way == 1 || (way == 0 && !both) ? random.Next(most < 50 ? 250 : 500) : int.MaxValue;
        Task syncing = both ? process.StandardOutput.ReadLineAsync() : SyncAsync(here, there, process);
        if (both)
        {
            await syncing;
        }

        await Task.WhenAny(patience == int.MaxValue ? process.WaitForExitAsync() : Task.Delay(patience), process.WaitForExitAsync(), both ? Task.Delay(-1) : syncing);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await syncing;
        return $"{(both ? "both" : "far end")} by {way} after {call} {patience} {string.Join(string.Empty, arguments.Skip(3))}";
    }

    /// <summary>Syncs in a process that kills itself after so many actions, before it can note them.</summary>
    public static async Task RunToAsync(string here, string there, int actions)
    {
        using Process process = Start(["sync", here, there, actions.ToString(CultureInfo.InvariantCulture)], 0);
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
    }

    private static Process Start(string[] arguments, int call)
    {
        ProcessStartInfo start = call == 0
            ? new("dotnet", [Program, .. arguments])
            : new("strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={Calls}", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={Calls}:signal=KILL:when={call}"), "dotnet", Program, .. arguments]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return Process.Start(start)!;
    }

    private static async Task SyncAsync(string here, string there, Process process)
    {
        try
        {
            StreamTransport transport = new("far", process.StandardOutput.BaseStream, process.StandardInput.BaseStream);
            ISyncPeer remote = await RemotePeer.ConnectAsync(transport, there, isDry: false, NullObserver.Instance, default);
            LocalPeer local = new(here, readOnly: false, compress: true, SyncWorld.Indexes, NullObserver.Instance);
            await using SyncOperation sync = SyncOperation.Of(new SyncRequest { Path = here, Peer = there, MaximumDelete = 10_000 }, local, remote, NullObserver.Instance);
            await sync.PlanAsync(default);
            await sync.RunAsync(null, default);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.PeerUnreachable)
        {
            // Killed before its end.
        }
    }
}
