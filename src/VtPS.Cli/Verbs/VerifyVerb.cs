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

/// <summary><c>vt verify</c>: checks a Store. Exit code 4 says that damage was found.</summary>
internal static class VerifyVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("verify", "Check a Store: that everything its backups stand on is there and, with --data, whole. Exit code 4 says that damage was found.");
        StoreOption store = new();
        Option<bool> data = CommonOptions.Flag("--data", "Read all data and hash every block, too.");
        Option<double?> sample = Percent();
        Option<string[]> backups = CommonOptions.Texts("--backup", "ID", "Check only what this backup stands on.");
        Option<bool> json = CommonOptions.Json();
        store.AddTo(command);
        command.Add(data);
        command.Add(sample);
        command.Add(backups);
        command.Add(json);
        command.SetAction(async (result, _) =>
        {
            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                TestRequest request = new()
                {
                    Data = result.GetValue(data),
                    SamplePercent = result.GetValue(sample),
                    BackupIds = await ResolveAsync(session, result.GetValue(backups) ?? [], host.Token).ConfigureAwait(false),
                };
                IReadOnlyList<VtTestResult> found = await TestOperation.RunAsync(session, request, new CliObserver(host.Errors), host.Token).ConfigureAwait(false);
                bool damaged = false;
                using RowWriter<VtTestResult> rows = new(host.Output, result.GetValue(json) ? VtJsonContext.Default.VtTestResult : null, TestResultText.Format);
                foreach (VtTestResult row in found)
                {
                    damaged |= row.IsDamage;
                    rows.Write(row);
                }

                return damaged ? ExitCode.Found : ExitCode.Done;
            }
        });
        return command;
    }

    private static async Task<IReadOnlySet<string>?> ResolveAsync(StoreSession session, string[] ids, CancellationToken cancellationToken)
    {
        HashSet<string> whole = [];
        foreach (string id in ids)
        {
            whole.Add((await BackupCatalog.ResolveAsync(session, id, new BackupFilter(), cancellationToken).ConfigureAwait(false)).Id);
        }

        return whole.Count == 0 ? null : whole;
    }

    private static Option<double?> Percent() => new("--sample")
    {
        HelpName = "PERCENT",
        Description = "Read a random sample of the data: so many percent of its records.",
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) && percent is > 0 and <= 100)
            {
                return percent;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not a share above 0, up to 100 percent, as --sample needs.");
            return null;
        },
    };
}
