using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt prune</c>: removes the backups that a policy does not keep, then frees what no backup needs.</summary>
internal static class PruneVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("prune", "Remove the backups that no rule keeps, then free the space of what no backup needs. Backups and restores go on meanwhile.");
        StoreOption store = new();
        RetentionOptions retention = new();
        Option<bool> only = CommonOptions.Flag("--optimize-only", "Remove no backup; only free space.");
        Option<bool> dry = CommonOptions.Flag("--dry-run", "Only say what would be removed, and why, and what is free to be deleted already; change nothing.");
        Option<int?> unused = Percent();
        Option<long?> repack = CommonOptions.Size("--maximum-repack", "The most bytes of data files that are rewritten in one pass.");
        Option<VtAge?> grace = RetentionOptions.Age("--grace-period", "How long a writer on another machine may give no sign of life before it is taken for dead. Default: 30 minutes.");
        Option<bool> rekey = CommonOptions.Flag("--rekey", "Rewrite, too, what is sealed under an older key than that of the last vt key change. Can be stopped and run again.");
        Option<bool> force = CommonOptions.Flag("--force", "Go on where the Store has data and no backup at all: everything is then deleted.");
        Option<bool> json = CommonOptions.Json();
        store.AddTo(command);
        retention.AddTo(command);
        foreach (Option option in (Option[])[only, dry, unused, repack, grace, rekey, force, json])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(only) == retention.AnyGiven(result))
            {
                result.AddError(result.GetValue(only)
                    ? "--optimize-only removes no backup: leave the --keep options, --older-than and --group-by out."
                    : "Nothing says which backups are kept. Give --keep-last, --keep-daily or another --keep option, or --older-than; or --optimize-only.");
            }
        });
        command.SetAction(async (result, _) =>
        {
            OptimizeRequest optimize = new()
            {
                DryRun = result.GetValue(dry),
                Force = result.GetValue(force),
                Rekey = result.GetValue(rekey),
                MaximumRepack = result.GetValue(repack),
                MaximumUnusedPercent = result.GetValue(unused) ?? 5,
            };
            if (result.GetValue(grace) is { } period)
            {
                DateTimeOffset now = DateTimeOffset.UtcNow;
                optimize = optimize with { GracePeriod = now - period.Before(now, TimeZoneInfo.Utc) };
            }

            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                return await PruneAsync(session, result.GetValue(only) ? null : retention.Read(result), optimize, result.GetValue(json), host).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static async Task<int> PruneAsync(StoreSession session, RetentionPolicy? policy, OptimizeRequest optimize, bool json, CliHost host)
    {
        bool damaged = false;
        List<RetentionVerdict> verdicts = [];
        if (policy is not null)
        {
            verdicts = await RetentionOperation.PlanAsync(
                session,
                policy,
                e =>
                {
                    damaged = true;
                    host.Errors.Error(e.ErrorId, e.Message);
                },
                host.Token).ConfigureAwait(false);
            if (!optimize.DryRun)
            {
                string[] going = [.. verdicts.Where(static verdict => !verdict.Keep).Select(static verdict => verdict.Backup.Id)];
                await RemoveBackupOperation.RunAsync(session, going, host.Token).ConfigureAwait(false);
            }

            if (!json)
            {
                WriteTable(verdicts, optimize.DryRun, host.Output);
                host.Output.Flush();
            }
        }

        CliObserver observer = new(host.Errors);
        VtOptimizeResult freed = await OptimizeOperation.RunAsync(session, optimize, host.Indexes.OpenLeaseMemory(session.Info.StoreId), observer, host.Token).ConfigureAwait(false);
        if (json)
        {
            host.Output.Json(new PruneOutput([.. verdicts.Select(static verdict => verdict.ToResult())], freed), VtJsonContext.Default.PruneOutput);
        }
        else
        {
            host.Output.Line(Describe(freed, optimize));
        }

        return damaged || observer.ErrorCount > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private static void WriteTable(List<RetentionVerdict> verdicts, bool dry, OutputWriter output)
    {
        TextTable table = new("ACTION", "ID", "ENDED", "HOST", "SUBSET", "REASON");
        foreach (RetentionVerdict verdict in verdicts)
        {
            table.Add(
                verdict.Keep ? "keep" : dry ? "would remove" : "removed",
                verdict.Backup.Id[..12],
                verdict.Backup.EndTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                verdict.Backup.HostName,
                verdict.Backup.Subset,
                string.Join("; ", verdict.Reasons));
        }

        table.WriteTo(output);
    }

    private static string Describe(VtOptimizeResult freed, OptimizeRequest request)
    {
        string waiting = freed.LeasesStanding == 0 ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $" {freed.LeasesStanding} writers are at work: what they may rely on is deleted by a later run.");
        string text = request.DryRun
            ? $"would delete {freed.DataFilesDeleted} data files ({SizeText.Format(freed.BytesDeleted)}) and give up {freed.DataFilesGivenUp} ({SizeText.Format(freed.BytesGivenUp)}), by the backups as they are now"
            : $"deleted {freed.DataFilesDeleted} data files ({SizeText.Format(freed.BytesDeleted)}), wrote {freed.DataFilesWritten} ({SizeText.Format(freed.BytesWritten)}), gave up {freed.DataFilesGivenUp} ({SizeText.Format(freed.BytesGivenUp)})";
        string rekeyed = !request.Rekey || request.DryRun ? string.Empty
            : freed.RekeyFinished ? " Nothing is sealed under an older key any more."
            : " Something is sealed under an older key still: run it again once the writers have ended.";
        return text + "." + waiting + rekeyed;
    }

    private static Option<int?> Percent()
    {
        Option<int?> option = CommonOptions.AtLeast(new Option<int?>("--maximum-unused") { HelpName = "PERCENT", Description = "How much of a data file may be unneeded before it is rewritten. Default: 5." }, 0);
        option.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() > 100)
            {
                result.AddError("--maximum-unused is a share of at most 100 percent.");
            }
        });
        return option;
    }
}
