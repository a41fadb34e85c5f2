using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Stores;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt serve</c>: serves a Store, or a tree to sync with, or several by names, to other machines, over standard input and output or at a UNIX socket.</summary>
internal static class ServeVerb
{
    private const int BlockingStreams = 2;

    public static Command Create(CliHost host)
    {
        Command command = new("serve", "Serve a Store, or a tree to sync with, or several by names: over standard input and output (what ssh:// addresses run at the far end), or at a UNIX socket until a signal comes.");
        StoreOption store = StoreOption.Served();
        Option<string?> tree = CommonOptions.NotEmpty(CommonOptions.Text("--tree", "DIR", "Serve this tree, to be synced with, in place of a Store."));
        ExportOptions exports = new();
        Option<bool> stdio = CommonOptions.Flag("--stdio", "Serve one client over standard input and output.");
        Option<string?> socket = CommonOptions.NotEmpty(CommonOptions.Text("--socket", "PATH", "Serve clients at this UNIX socket, which this user alone can open."));
        Option<bool> readOnly = CommonOptions.Flag("--read-only", "Clients can read and list. They cannot sync.");
        Option<bool> appendOnly = CommonOptions.Flag("--append-only", "Clients can read, list and make backups; they delete nothing. They cannot sync.");
        store.AddTo(command);
        command.Add(tree);
        exports.AddTo(command);
        command.Add(stdio);
        command.Add(socket);
        command.Add(readOnly);
        command.Add(appendOnly);
        command.Validators.Add(result =>
        {
            if (result.GetValue(stdio) == (result.GetValue(socket) is not null))
            {
                result.AddError("Give either --stdio or --socket.");
            }

            if (result.GetValue(tree) is not null && store.IsGiven(result))
            {
                result.AddError("Give --store or --tree, not both.");
            }

            if (exports.AreGiven(result) && (store.IsGiven(result) || result.GetValue(tree) is not null))
            {
                result.AddError("What is exported by names is all that is served: leave out --store and --tree, or name theirs by --export and --export-tree, too.");
            }

            exports.Check(result, store);
            if (result.GetValue(readOnly) && result.GetValue(appendOnly))
            {
                result.AddError("Give --read-only or --append-only, not both.");
            }
        });
        command.SetAction(async (result, _) =>
        {
            ExportRight right = result.GetValue(readOnly) ? ExportRight.ReadOnly : result.GetValue(appendOnly) ? ExportRight.AppendOnly : ExportRight.Full;
            string? folder = result.GetValue(tree) is { } given ? LivePath.AbsoluteText(given) : null;
            IExport export = (IExport?)exports.Read(result, right, store, host) ?? new StoreExport(folder is null ? store.Find(result) : null, right, host.Indexes, folder);
            await using (export.ConfigureAwait(false))
            {
                return result.GetValue(socket) is { } path
                    ? await ServeSocketAsync(Path.GetFullPath(path, LivePath.CurrentDirectoryText()), export, host).ConfigureAwait(false)
                    : await ServeStreamsAsync(export, host).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static async Task<int> ServeStreamsAsync(IExport export, CliHost host)
    {
        // Reading and writing these streams takes a thread of the pool each, for as long as it waits. With no others on a machine of two cores all work would wait, too, until the pool makes one.
        ThreadPool.GetMinThreads(out int threads, out int completions);
        ThreadPool.SetMinThreads(threads + BlockingStreams, completions);

        // Not SIGINT: a Ctrl-C in the client's terminal is for the client, which ends this by closing the connection.
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => stop.CancelAsync());
        StreamTransport transport = new("the client", Open(0, FileAccess.Read), Open(1, FileAccess.Write));
        VtException? error = await PeerService.RunAsync(transport, export.OpenAsync, export.Right, stop.Token).ConfigureAwait(false);
        if (error is null || stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }

        host.Errors.Error(error.ErrorId, error.Message);
        return ExitCode.Failed;
    }

    /// <summary>Standard input or output as it is: on Unix not by .NET's console streams, which write to a terminal what nobody asked for.</summary>
    private static Stream Open(int descriptor, FileAccess access)
    {
        if (OperatingSystem.IsWindows())
        {
            return access == FileAccess.Read ? Console.OpenStandardInput() : Console.OpenStandardOutput();
        }

        PipeRoom.Widen(descriptor);
        return new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);
    }

    private static async Task<int> ServeSocketAsync(string path, IExport export, CliHost host)
    {
        // What is not there is told now, and not to each client.
        await export.RequireThereAsync(host.Token).ConfigureAwait(false);
        using SocketService service = SocketService.Listen(path, export, e => host.Errors.Note("Warning", e.Message));
        await service.RunAsync(host.Token).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
