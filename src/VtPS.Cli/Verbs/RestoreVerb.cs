using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;
using VtPS.Engine.Restores;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt restore</c>: writes a backup, or parts of it, back to the live file system.</summary>
internal sealed class RestoreVerb
{
    private readonly CliHost _host;
    private readonly Argument<string[]> _ids = new("ID[:PATH]")
    {
        Description = "A backup's id, a prefix of one, or latest; and a path inside it, wildcards allowed. Several can be given.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly StoreOption _store = new();
    private readonly FilterOptions _filter = new(withLast: false);
    private readonly Option<string?> _to = CommonOptions.NotEmpty(
        CommonOptions.Text("--to", "DIR", "The folder to restore to; what is restored keeps its path inside the backup below it."));

    private readonly Option<bool> _inPlace = CommonOptions.Flag("--in-place", "Restore each item to where it was backed up from.");
    private readonly Option<string[]> _include = CommonOptions.Texts("--include", "PATTERN", "Only files whose name or path matches this wildcard pattern.");
    private readonly Option<string[]> _exclude = CommonOptions.Texts("--exclude", "PATTERN", "Leave out what this gitignore pattern matches.");
    private readonly Option<bool> _force = CommonOptions.Flag("--force", "Replace what is there and differs; with --in-place, allow a backup of another host.");
    private readonly Option<bool> _delete = CommonOptions.Flag("--delete", "Remove from restored directories what the backup does not have.");
    private readonly Option<int?> _strip = CommonOptions.AtLeast(
        new Option<int?>("--strip-components") { HelpName = "N", Description = "Drop so many leading names of each path." }, 0);

    private readonly Option<bool> _numericId = CommonOptions.Flag("--numeric-id", "Owners and groups by number, not by name.");
    private readonly Option<bool> _verify = CommonOptions.Flag("--verify", "Read back and compare every file that was written.");
    private readonly Option<OnDamage?> _onDamage = CommonOptions.OneOf("--on-damage", "What to do with a file whose blocks are missing or damaged. Default: stop.",
        ("stop", OnDamage.Stop), ("zero", OnDamage.Zero), ("skip", OnDamage.Skip));

    private readonly Option<int?> _throttle = CommonOptions.ThrottleLimit();
    private readonly Option<bool> _passThru = CommonOptions.PassThru();
    private readonly Option<bool> _json = CommonOptions.Json();

    private RestoreVerb(CliHost host) => _host = host;

    public static Command Create(CliHost host)
    {
        RestoreVerb verb = new(host);
        Command command = new("restore", "Restore backups or parts of them.");
        command.Add(verb._ids);
        verb._store.AddTo(command);
        foreach (Option option in new Option[]
        {
            verb._to, verb._inPlace, verb._include, verb._exclude, verb._force, verb._delete, verb._strip,
            verb._numericId, verb._verify, verb._onDamage, verb._throttle, verb._passThru, verb._json,
        })
        {
            command.Add(option);
        }

        verb._filter.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(verb._to) is null == !result.GetValue(verb._inPlace))
            {
                result.AddError("Say where to restore to: either --to DIR or --in-place.");
            }
        });
        command.SetAction((result, _) => verb.RunAsync(result));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result)
    {
        StoreSession session = await _store.OpenAsync(result, _host).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            RestoreRequest request = new()
            {
                Selections = await SelectAsync(session, result).ConfigureAwait(false),
                Destination = result.GetValue(_to) is { } to ? LivePath.Absolute(to) : null,
                Include = result.GetValue(_include) ?? [],
                Exclude = result.GetValue(_exclude) ?? [],
                Force = result.GetValue(_force),
                Delete = result.GetValue(_delete),
                StripComponents = result.GetValue(_strip) ?? 0,
                NumericId = result.GetValue(_numericId),
                Verify = result.GetValue(_verify),
                OnDamage = result.GetValue(_onDamage) ?? OnDamage.Stop,
                ThrottleLimit = result.GetValue(_throttle),
            };
            return await RestoreAsync(session, request, result.GetValue(_passThru), result.GetValue(_json)).ConfigureAwait(false);
        }
    }

    /// <summary>What was asked for, one selection a backup; a whole backup swallows its parts.</summary>
    private async Task<List<RestoreSelection>> SelectAsync(StoreSession session, ParseResult result)
    {
        List<VtBackup> backups = [];
        Dictionary<string, List<string>?> paths = [];
        BackupFilter filter = _filter.Read(result);
        foreach (string word in result.GetRequiredValue(_ids))
        {
            BackupPath place = BackupPath.Parse(word);
            VtBackup backup = await BackupCatalog.ResolveAsync(session, place.Id, filter, _host.Token).ConfigureAwait(false);
            if (!paths.TryGetValue(backup.Id, out List<string>? known))
            {
                backups.Add(backup);
                paths.Add(backup.Id, place.Path is null ? null : [place.Path]);
            }
            else if (place.Path is null)
            {
                paths[backup.Id] = null;
            }
            else
            {
                known?.Add(place.Path);
            }
        }

        return backups.ConvertAll(backup => new RestoreSelection(backup, (IReadOnlyList<string>?)paths[backup.Id] ?? []));
    }

    private async Task<int> RestoreAsync(StoreSession session, RestoreRequest request, bool passThru, bool json)
    {
        VtRestoreResult restored;
        CliObserver observer;
        using (RowWriter<VtFileResult>? rows = passThru ? FileResultRows.Create(_host.Output, json) : null)
        {
            observer = new CliObserver(_host.Errors, rows);
            restored = await RestoreOperation.RunAsync(session, request, observer, _host.Token).ConfigureAwait(false);
        }

        _host.Errors.EndProgress();
        if (!passThru)
        {
            if (json)
            {
                _host.Output.Json(restored, VtJsonContext.Default.VtRestoreResult);
            }
            else
            {
                Write(restored);
            }
        }

        // Damage that --on-damage let pass is a finding; every other error is a failure.
        return observer.ErrorCount > observer.DamageCount ? ExitCode.Failed
            : observer.DamageCount == 0 && restored.Damaged.Length == 0 ? ExitCode.Done
            : request.OnDamage == OnDamage.Stop ? ExitCode.Failed
            : ExitCode.Found;
    }

    private void Write(VtRestoreResult restored)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        _host.Output.Line(string.Create(
            culture,
            $"Restored {restored.FilesRestored} files ({SizeText.Format(restored.BytesWritten)}), {restored.Directories} directories and {restored.Others} others to {restored.Destination ?? "where they came from"} in {restored.Duration.TotalSeconds:0.0} s."));
        if (restored.FilesEqual > 0)
        {
            _host.Output.Line(string.Create(culture, $"Left {restored.FilesEqual} files that were there and equal."));
        }

        if (restored.Deleted > 0)
        {
            _host.Output.Line(string.Create(culture, $"Removed {restored.Deleted} items that the backup does not have."));
        }

        if (restored.FilesVerified > 0)
        {
            _host.Output.Line(string.Create(culture, $"Read back and compared {restored.FilesVerified} files."));
        }

        foreach (string path in restored.Damaged)
        {
            _host.Output.Line("Damaged: " + path);
        }

        if (restored.ErrorCount > 0)
        {
            _host.Output.Line(string.Create(culture, $"{restored.ErrorCount} items failed; see the errors above."));
        }
    }
}
