using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt copy</c>: copies backups from one Store to another.</summary>
internal sealed class CopyVerb
{
    private readonly CliHost _host;
    private readonly Argument<string[]> _ids = new("ID")
    {
        Description = "A backup's id, a prefix of one, or latest. Several can be given.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly StoreOption _store = new();
    private readonly StoreOption _to = StoreOption.Destination();
    private readonly FilterOptions _filter = new(withLast: true);
    private readonly Option<bool> _all = CommonOptions.Flag("--all", "Copy every backup that the other options leave and that is not Interrupted, oldest first.");
    private readonly Option<bool> _move = CommonOptions.Flag("--move", "Remove each backup from --store once the other Store has it for good. A pinned one stays.");
    private readonly Option<bool> _dry = CommonOptions.Flag("--dry-run", "Only say what would be copied; change nothing.");
    private readonly Option<bool> _json = CommonOptions.Json();

    private CopyVerb(CliHost host) => _host = host;

    public static Command Create(CliHost host)
    {
        CopyVerb verb = new(host);
        Command command = new("copy", "Copy backups to another Store: only what it lacks is sent, and ids, times and references stay the same.");
        command.Add(verb._ids);
        verb._store.AddTo(command);
        verb._to.AddTo(command);
        foreach (Option option in (Option[])[verb._all, verb._move, verb._dry, verb._json])
        {
            command.Add(option);
        }

        verb._filter.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(verb._ids) is { Length: > 0 } == result.GetValue(verb._all))
            {
                result.AddError("Say which backups to copy: ids, or --all.");
            }

            if (result.GetValue(verb._dry) && result.GetValue(verb._json))
            {
                result.AddError("--dry-run copies nothing that --json could show: leave one of them out.");
            }
        });
        command.SetAction((result, _) => verb.RunAsync(result));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result)
    {
        StoreAddress to = _to.Read(result);
        StoreAddress from = _store.Read(result);

        // Both at once: to connect, or to derive a key from a password, takes up to a second.
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(_host.Token);
        Task<StoreSession> opening = Task.Run(() => StoreSession.OpenAsync(to, _host.Indexes, ended.Token));
        try
        {
            StoreSession source = await StoreSession.OpenAsync(from, _host.Indexes, _host.Token).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                CliObserver observer = new(_host.Errors);
                IReadOnlyList<VtBackup> backups = await SelectAsync(source, result, observer).ConfigureAwait(false);
                return await RunAsync(source, opening, to, backups, observer, result).ConfigureAwait(false);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opening.IsCompletedSuccessfully)
            {
                await opening.Result.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<int> RunAsync(StoreSession source, Task<StoreSession> opening, StoreAddress to, IReadOnlyList<VtBackup> backups, CliObserver observer, ParseResult result)
    {
        CopyBackupRequest request = new() { Backups = backups, Move = result.GetValue(_move) };
        if (result.GetValue(_dry))
        {
            WritePlan(await CopyBackupOperation.PlanAsync(source, await opening.ConfigureAwait(false), request, observer, _host.Token).ConfigureAwait(false));
        }
        else if (result.GetValue(_json))
        {
            using RowWriter<VtBackup> rows = new(_host.Output, VtJsonContext.Default.VtBackup, static backup => backup.Id);
            await CopyBackupOperation.RunAsync(source, opening, request with { OnCopied = copied => rows.Write(copied.Backup) }, observer, _host.Token).ConfigureAwait(false);
        }
        else
        {
            WriteTable(await CopyBackupOperation.RunAsync(source, opening, request, observer, _host.Token).ConfigureAwait(false), (await opening.ConfigureAwait(false)).Info.Path);
        }

        return observer.ErrorCount > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>The backups that are meant, each once, in the order in which they were named.</summary>
    private async Task<IReadOnlyList<VtBackup>> SelectAsync(StoreSession source, ParseResult result, CliObserver observer)
    {
        BackupFilter filter = _filter.Read(result);
        List<VtBackup> chosen = [];
        if (result.GetValue(_all))
        {
            await foreach (VtBackup backup in BackupCatalog.ListAsync(source, filter, e => observer.OnError(new(e.ErrorId, e.Message, e.Target, e)), _host.Token).ConfigureAwait(false))
            {
                if (backup.Status != VtBackupStatus.Interrupted)
                {
                    chosen.Add(backup);
                }
            }

            return chosen;
        }

        foreach (string id in result.GetValue(_ids)!)
        {
            VtBackup backup = await BackupCatalog.ResolveAsync(source, id, filter, _host.Token).ConfigureAwait(false);
            if (!chosen.Exists(other => other.Id == backup.Id))
            {
                chosen.Add(backup);
            }
        }

        return chosen;
    }

    private void WritePlan(List<CopyPlan> plans)
    {
        TextTable table = new("ACTION", "ID", "ENDED", "HOST", "SUBSET", ">BLOCKS", ">SIZE");
        foreach (CopyPlan plan in plans)
        {
            AddRow(table, plan.Existing ? "is there" : "would copy", plan.Backup, plan.Blocks, plan.Bytes);
        }

        table.WriteTo(_host.Output);
    }

    private void WriteTable(CopyBackupResult result, string destination)
    {
        TextTable table = new("ACTION", "ID", "ENDED", "HOST", "SUBSET", ">BLOCKS", ">SIZE");
        foreach (CopiedBackup copied in result.Backups)
        {
            AddRow(table, copied.Moved ? "moved" : copied.Existing ? "is there" : "copied", copied.Backup, copied.Blocks, copied.Bytes);
        }

        table.WriteTo(_host.Output);
        _host.Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Stored {SizeText.Format(result.BytesStored)} in '{destination}'{(result.Failed > 0 ? $"; {result.Failed} backups failed, see the errors above" : string.Empty)}."));
    }

    private static void AddRow(TextTable table, string action, VtBackup backup, long blocks, long bytes) => table.Add(
        action,
        backup.Id[..12],
        backup.EndTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        backup.HostName,
        backup.Subset,
        blocks.ToString(CultureInfo.InvariantCulture),
        SizeText.Format(bytes));
}
