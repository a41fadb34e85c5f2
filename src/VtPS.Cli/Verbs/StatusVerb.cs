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
        Command command = new("status", "Tell how a synced tree stands, and how far a running sync of it is.");
        TreeArgument tree = new();
        Option<int?> last = TreeArgument.Last($"How many of the last things that syncs did to the tree are named. Default: {StatusFile.MergesShown}.", 0);
        Option<bool> json = CommonOptions.Json();
        tree.AddTo(command);
        command.Add(last);
        command.Add(json);
        command.SetAction(result =>
        {
            VtStatus status = StatusFile.Read(tree.Read(result).Root, result.GetValue(last) ?? StatusFile.MergesShown);
            if (result.GetValue(json))
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
