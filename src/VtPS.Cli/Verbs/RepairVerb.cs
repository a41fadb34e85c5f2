using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt repair</c>: reads the index anew, saves what can be read of damaged data files. Exit code 4 says that something could not be saved.</summary>
internal static class RepairVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("repair", "Repair a Store; nothing is destroyed. Exit code 4 says that some blocks could not be saved: the next backup of a source that has them stores them again.");
        StoreOption store = new();
        Option<bool> index = CommonOptions.Flag("--rebuild-index", "Delete this machine's index cache of the Store and read it anew from the data files.");
        Option<bool> salvage = CommonOptions.Flag("--salvage", "Read all data; save what can be read of damaged data files into new ones, and set the originals aside in damaged/.");
        Option<bool> json = CommonOptions.Json();
        store.AddTo(command);
        command.Add(index);
        command.Add(salvage);
        command.Add(json);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(index) && !result.GetValue(salvage))
            {
                result.AddError("Nothing was said to be repaired. Give --rebuild-index, --salvage, or both; vt verify --data tells what is damaged.");
            }
        });
        command.SetAction(async (result, _) =>
        {
            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                bool lost = false;
                using RowWriter<VtTestResult> rows = new(host.Output, result.GetValue(json) ? VtJsonContext.Default.VtTestResult : null, TestResultText.Format);
                if (result.GetValue(index))
                {
                    rows.Write(await RepairOperation.RebuildIndexAsync(session, host.Token).ConfigureAwait(false));
                }

                if (result.GetValue(salvage))
                {
                    CliObserver observer = new(host.Errors);
                    RepairPlan plan = await RepairOperation.PlanAsync(session, observer, host.Token).ConfigureAwait(false);
                    foreach (VtTestResult row in await RepairOperation.SalvageAsync(session, plan, observer, host.Token).ConfigureAwait(false))
                    {
                        lost |= row.Hash.Length > 0;
                        rows.Write(row);
                    }
                }

                return lost ? ExitCode.Found : ExitCode.Done;
            }
        });
        return command;
    }
}
