using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt ls</c>: lists what is in a backup.</summary>
internal static class LsVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("ls", "List items of a backup.");
        Argument<string> id = new("ID[:PATH]") { Description = "A backup's id, a prefix of one, or latest; and a path inside it, wildcards allowed." };
        StoreOption store = new();
        FilterOptions filter = new(withLast: false);
        Option<bool> recurse = CommonOptions.Flag("--recurse", "List what is below directories too.");
        Option<int?> depth = CommonOptions.AtLeast(new Option<int?>("--depth") { HelpName = "N", Description = "With --recurse: at most N levels below the first." }, 0);
        Option<string?> name = CommonOptions.Text("--filter", "PATTERN", "Only items whose name matches this wildcard pattern.");
        Option<bool> files = CommonOptions.Flag("--file", "Only files.");
        Option<bool> directories = CommonOptions.Flag("--directory", "Only directories.");
        Option<bool> json = CommonOptions.Json();
        command.Add(id);
        store.AddTo(command);
        command.Add(recurse);
        command.Add(depth);
        command.Add(name);
        command.Add(files);
        command.Add(directories);
        filter.AddTo(command);
        command.Add(json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(files) && result.GetValue(directories))
            {
                result.AddError("--file and --directory cannot be given together.");
            }
        });
        command.SetAction(async (result, _) =>
        {
            BackupPath place = BackupPath.Parse(result.GetRequiredValue(id));
            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                VtBackup backup = await BackupCatalog.ResolveAsync(session, place.Id, filter.Read(result), host.Token).ConfigureAwait(false);
                ItemListRequest request = new()
                {
                    Backup = backup,
                    Paths = place.Paths,
                    Recurse = result.GetValue(recurse) || result.GetValue(depth) is not null,
                    Depth = result.GetValue(depth),
                    Filter = result.GetValue(name),
                    FilesOnly = result.GetValue(files),
                    DirectoriesOnly = result.GetValue(directories),
                };
                using RowWriter<VtItem> rows = new(host.Output, result.GetValue(json) ? VtJsonContext.Default.VtItem : null, Format);
                bool damaged = false;
                IAsyncEnumerable<VtItem> items = ItemListing.ListAsync(
                    session,
                    request,
                    e =>
                    {
                        damaged = true;
                        host.Errors.Error(e.ErrorId, e.Message);
                    },
                    host.Token);
                await foreach (VtItem item in items.ConfigureAwait(false))
                {
                    rows.Write(item);
                }

                return damaged ? ExitCode.Found : ExitCode.Done;
            }
        });
        return command;
    }

    private static string Format(VtItem item)
    {
        string size = item.ItemType is VtItemType.CharacterDevice or VtItemType.BlockDevice
            ? string.Create(CultureInfo.InvariantCulture, $"{item.DeviceMajor}, {item.DeviceMinor}")
            : item.Length.ToString(CultureInfo.InvariantCulture);
        string target = item.LinkTarget is null ? "" : " -> " + item.LinkTarget;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{item.UnixMode,-10}  {item.User ?? item.UserId.ToString(CultureInfo.InvariantCulture),-8}  {item.Group ?? item.GroupId.ToString(CultureInfo.InvariantCulture),-8}  {size,12}  {item.LastWriteTime:yyyy-MM-dd HH:mm:ss}  {item.Path}{target}");
    }
}
