using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt backups</c>: lists the backups of a Store, oldest first.</summary>
internal static class BackupsVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("backups", "List the backups of a Store, oldest first.");
        StoreOption store = new();
        FilterOptions filter = new(withLast: true);
        Option<bool> json = CommonOptions.Json();
        store.AddTo(command);
        filter.AddTo(command);
        command.Add(json);
        command.SetAction(async (result, _) =>
        {
            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                return await ListAsync(session, filter.Read(result), result.GetValue(json), host).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static async Task<int> ListAsync(StoreSession session, BackupFilter filter, bool json, CliHost host)
    {
        int damaged = 0;
        IAsyncEnumerable<VtBackup> backups = BackupCatalog.ListAsync(
            session,
            filter,
            e =>
            {
                Interlocked.Increment(ref damaged);
                host.Errors.Error(e.ErrorId, e.Message);
            },
            host.Token);

        if (json)
        {
            using RowWriter<VtBackup> rows = new(host.Output, VtJsonContext.Default.VtBackup, static backup => backup.Id);
            await foreach (VtBackup backup in backups.ConfigureAwait(false))
            {
                rows.Write(backup);
            }
        }
        else
        {
            TextTable table = new("ID", "TIME", "HOST", "SUBSET", "STATUS", ">FILES", ">SIZE", ">STORED", "TAGS");
            await foreach (VtBackup backup in backups.ConfigureAwait(false))
            {
                table.Add(
                    backup.Id[..Math.Min(12, backup.Id.Length)],
                    backup.StartTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                    backup.HostName,
                    backup.Subset,
                    backup.Status.ToString(),
                    backup.FileCount.ToString(CultureInfo.InvariantCulture),
                    SizeText.Format(backup.BytesTotal),
                    SizeText.Format(backup.BytesStored),
                    string.Join(",", backup.Tag));
            }

            table.WriteTo(host.Output);
        }

        return damaged > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
