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

/// <summary><c>vt block</c>: says where blocks are, or gives their bytes.</summary>
internal static class BlockVerb
{
    public static Command Create(CliHost host)
    {
        Command command = new("block", "Show blocks by hash, of a backup or an item, of a live file, or all of a Store.");
        Argument<string[]> hashes = new("HASH") { Description = "Hashes written name:hex. None, and no --backup or --path: every block.", Arity = ArgumentArity.ZeroOrMore };
        StoreOption store = new();
        Option<string?> backup = CommonOptions.NotEmpty(CommonOptions.Text("--backup", "ID[:PATH]", "The blocks of a backup, or of the items at a path inside it."));
        Option<string?> path = CommonOptions.NotEmpty(CommonOptions.Text("--path", "FILE", "The chunks of a live file as the Store would cut them; nothing is stored."));
        Option<bool> bytes = CommonOptions.Flag("--as-byte-stream", "Write the blocks' content instead of what they are.");
        Option<bool> json = CommonOptions.Json();
        command.Add(hashes);
        store.AddTo(command);
        command.Add(backup);
        command.Add(path);
        command.Add(bytes);
        command.Add(json);
        command.Validators.Add(result =>
        {
            int ways = ((result.GetValue(hashes)?.Length ?? 0) > 0 ? 1 : 0) + (result.GetValue(backup) is null ? 0 : 1) + (result.GetValue(path) is null ? 0 : 1);
            if (ways > 1)
            {
                result.AddError("Give hashes, --backup or --path; only one of them.");
            }

            if (result.GetValue(bytes) && (result.GetValue(json) || result.GetValue(path) is not null || ways == 0))
            {
                result.AddError("--as-byte-stream goes with hashes or --backup, and not with --json.");
            }
        });
        command.SetAction(async (result, _) =>
        {
            List<VtHash> wanted = ParseHashes(result.GetValue(hashes) ?? []);
            StoreSession session = await store.OpenAsync(result, host).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                IAsyncEnumerable<VtBlock> blocks = Choose(session, wanted, result.GetValue(backup), result.GetValue(path), host.Token);
                if (result.GetValue(bytes))
                {
                    await BlockBytes.WriteAsync(session, blocks, host.Output, host.Token).ConfigureAwait(false);
                    return ExitCode.Done;
                }

                using RowWriter<VtBlock> rows = new(host.Output, result.GetValue(json) ? VtJsonContext.Default.VtBlock : null, Format);
                await foreach (VtBlock block in blocks.ConfigureAwait(false))
                {
                    rows.Write(block);
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static List<VtHash> ParseHashes(string[] words)
    {
        List<VtHash> hashes = new(words.Length);
        foreach (string word in words)
        {
            hashes.Add(VtHash.TryParse(word, out VtHash? hash)
                ? hash
                : throw new VtException(VtErrorId.InvalidHash, $"'{word}' is not a hash. One is written name:hex, such as sha256: followed by 64 hexadecimal digits.", word));
        }

        return hashes;
    }

    private static async IAsyncEnumerable<VtBlock> Choose(
        StoreSession session, List<VtHash> hashes, string? place, string? file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            await foreach (VtBlock block in BlockListing.OfFileAsync(session, LivePath.Absolute(file), cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }
        }
        else if (place is not null)
        {
            await foreach (VtBlock block in OfPlace(session, BackupPath.Parse(place), cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }
        }
        else if (hashes.Count > 0)
        {
            foreach (VtHash hash in hashes)
            {
                yield return BlockListing.OfHash(session, hash);
            }
        }
        else
        {
            foreach (VtBlock block in BlockListing.OfStore(session))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return block;
            }
        }
    }

    private static async IAsyncEnumerable<VtBlock> OfPlace(
        StoreSession session, BackupPath place, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VtBackup backup = await BackupCatalog.ResolveAsync(session, place.Id, new BackupFilter(), cancellationToken).ConfigureAwait(false);
        if (place.Path is null)
        {
            await foreach (VtBlock block in BlockListing.OfBackupAsync(session, backup, cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }

            yield break;
        }

        ItemListRequest request = new() { Backup = backup, Paths = place.Paths };
        await foreach (VtItem item in ItemListing.ListAsync(session, request, static e => throw e, cancellationToken).ConfigureAwait(false))
        {
            await foreach (VtBlock block in BlockListing.OfItemAsync(session, item, cancellationToken).ConfigureAwait(false))
            {
                yield return block;
            }
        }
    }

    private static string Format(VtBlock block) => string.Create(
        CultureInfo.InvariantCulture,
        $"{block.Kind,-8}  {block.Offset,12}  {block.Length,10}  {block.StoredLength,10}  {(block.IsPresent ? "present" : "absent"),-7}  {block.Hash ?? block.Reference}{(block.DataFile is null ? "" : "  " + block.DataFile)}");
}
