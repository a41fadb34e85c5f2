using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;
using VtPS.Engine.Comparison;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt diff</c>: compares a backup with another one or with a live tree.</summary>
internal static class DiffVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("diff", "Compare a backup with another one, or with a live folder. Exit code 4 says that something differs.");
        Argument<string> reference = new("ID[:PATH]") { Description = "The backup to compare from; with PATH only what lies there inside." };
        Argument<string?> other = new("ID|PATH")
        {
            Description = "The other backup, or a live folder (with a separator, or beginning with a point). None: where the backup was made from.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        StoreOption store = new();
        FilterOptions filter = new(withLast: false);
        Option<bool> content = CommonOptions.Flag("--content", "Compare live files by content, not only by size and time.");
        Option<bool> equal = CommonOptions.Flag("--include-equal", "List what is equal, too.");
        Option<bool> json = CommonOptions.Json();
        command.Add(reference);
        command.Add(other);
        store.AddTo(command);
        command.Add(content);
        command.Add(equal);
        filter.AddTo(command);
        command.Add(json);
        command.SetAction(async (result, _) =>
        {
            BackupPath place = BackupPath.Parse(result.GetRequiredValue(reference));
            string? second = result.GetValue(other);
            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                BackupFilter latest = filter.Read(result);
                bool live = second is not null && IsPath(second);
                CompareRequest request = new()
                {
                    Reference = await BackupCatalog.ResolveAsync(session, place.Id, latest, host.Token).ConfigureAwait(false),
                    Difference = second is null || live ? null : await BackupCatalog.ResolveAsync(session, second, latest, host.Token).ConfigureAwait(false),
                    DifferencePath = live ? LivePath.Absolute(second!) : null,
                    Content = result.GetValue(content),
                    IncludeEqual = result.GetValue(equal),
                    Paths = place.Paths,
                };
                return await CompareAsync(session, request, result.GetValue(json), host).ConfigureAwait(false);
            }
        });
        return command;
    }

    /// <summary>A word that names a live path: it has a separator or begins with a point.</summary>
    private static bool IsPath(string word) =>
        word.StartsWith('.') || word.Contains('/') || (OperatingSystem.IsWindows() && (word.Contains('\\') || word is [_, ':', ..]));

    private static async Task<int> CompareAsync(StoreSession session, CompareRequest request, bool json, CliHost host)
    {
        CliObserver observer = new(host.Errors);
        bool differs = false;
        using (RowWriter<VtDifference> rows = new(host.Output, json ? VtJsonContext.Default.VtDifference : null, Format))
        {
            await foreach (VtDifference difference in CompareOperation.RunAsync(session, request, observer, host.Token).ConfigureAwait(false))
            {
                differs |= difference.Kind != VtDifferenceKind.Equal;
                rows.Write(difference);
            }
        }

        return observer.DamageCount > 0 ? ExitCode.Failed
            : observer.ErrorCount > 0 ? ExitCode.SourceErrors
            : differs ? ExitCode.Found
            : ExitCode.Done;
    }

    private static string Format(VtDifference difference)
    {
        char sign = difference.Kind switch
        {
            VtDifferenceKind.Added => '+',
            VtDifferenceKind.Removed => '-',
            VtDifferenceKind.Changed => 'M',
            VtDifferenceKind.Metadata => 'm',
            _ => '=',
        };
        string path = difference.ItemType == VtItemType.Directory ? difference.Path + "/" : difference.Path;
        return difference.Field.Length == 0 ? $"{sign} {path}" : $"{sign} {path}  ({string.Join(", ", difference.Field)})";
    }
}
