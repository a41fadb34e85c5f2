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
        Command command = new("history", "List what happened in a synced tree, oldest first: changes that were made here, and what syncs brought.");
        TreeArgument tree = new();
        Option<int?> last = TreeArgument.Last("Only the newest so many; they still come oldest first.", 1);
        Option<bool> json = CommonOptions.Json();
        tree.AddTo(command);
        command.Add(last);
        command.Add(json);
        command.SetAction(result =>
        {
            TreeLocation place = tree.Read(result);
            IEnumerable<VtHistoryEntry> entries = SyncLog.Read(place.Root, result.GetValue(last), place.Inside);
            using RowWriter<VtHistoryEntry> rows = SyncText.History(host.Output, result.GetValue(json));
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
