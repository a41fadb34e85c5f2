using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt history</c>: what happened in a synced tree.</summary>
internal static class HistoryVerb
{
    public static Command Create(CliHost host)
    {
        TreeOptions options = new();
        Command command = options.CreateCommand("history", "List what happened in a synced tree, oldest first: changes that were made here, and what syncs brought.");
        command.SetAction(result =>
        {
            (TreeLocation place, int? last, bool json) = options.Read(result);
            IEnumerable<VtHistoryEntry> entries = SyncLog.Read(place.Root, last, place.Inside);
            using RowWriter<VtHistoryEntry> rows = SyncText.History(host.Output, json);
            foreach (VtHistoryEntry entry in entries)
            {
                host.Token.ThrowIfCancellationRequested();
                rows.Write(entry);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
