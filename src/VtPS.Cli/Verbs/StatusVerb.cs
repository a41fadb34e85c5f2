using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt status</c>: how a synced tree stands, and how far a sync of it that runs elsewhere is.</summary>
internal static class StatusVerb
{
    public static Command Create(CliHost host)
    {
        TreeOptions options = new($"How many of the last things that syncs did to the tree are named. Default: {StatusFile.MergesShown}.", fewest: 0);
        Command command = options.CreateCommand("status", "Tell how a synced tree stands, and how far a running sync of it is.");
        command.SetAction(result =>
        {
            (TreeLocation place, int? last, bool json) = options.Read(result);
            VtStatus status = StatusFile.Read(place.Root, last ?? StatusFile.MergesShown);
            if (json)
            {
                host.Output.Json(status, VtJsonContext.Default.VtStatus);
            }
            else
            {
                SyncText.Write(host.Output, status);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
