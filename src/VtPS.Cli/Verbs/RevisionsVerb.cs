using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Engine.Stores;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt revisions</c>: what syncs replaced or deleted in a tree.</summary>
internal static class RevisionsVerb
{
    public static Command Create(CliHost host)
    {
        TreeOptions options = new();
        Command command = options.CreateCommand("revisions", "List what syncs replaced or deleted in a tree, oldest first. vt restore ID:PATH --store TREE/.vt/store (or S/store, with sync --store S) brings it back.");
        command.SetAction(async (result, _) =>
        {
            (TreeLocation place, int? last, bool json) = options.Read(result);
            StoreAddress? address = RevisionStore.Find(place.Root);
            using RowWriter<VtItem> rows = new(host.Output, json ? VtJsonContext.Default.VtItem : null, Format);
            return address is null ? ExitCode.Done : await ListAsync(address, place.Inside, last, rows, host).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> ListAsync(StoreAddress address, string inside, int? last, RowWriter<VtItem> rows, CliHost host)
    {
        int damaged = 0;
        StoreSession session = await StoreSession.OpenAsync(address, host.Indexes, host.Token).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            void OnDamaged(VtException e)
            {
                Interlocked.Increment(ref damaged);
                host.Errors.Error(e.ErrorId, e.Message);
            }

            await foreach (VtItem item in RevisionListing.ListAsync(session, inside, last, OnDamaged, host.Token).ConfigureAwait(false))
            {
                rows.Write(item);
            }
        }

        return damaged > 0 ? ExitCode.Found : ExitCode.Done;
    }

    private static string Format(VtItem item) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.BackupTime:yyyy-MM-dd HH:mm:ss}  {item.BackupId[..12]}  {SizeText.Format(item.Length),10}  {item.Path}");
}
