using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Cli.Stores;
using VtPS.Engine.Backups;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt backup</c>: backs up paths, a list of paths, or bytes from standard input or a command.</summary>
internal sealed class BackupVerb
{
    private readonly CliHost _host;
    private readonly BackupOptions _options = new();

    private BackupVerb(CliHost host) => _host = host;

    public static Command Create(CliHost host)
    {
        BackupVerb verb = new(host);
        Command command = new("backup", "Back up files and directories, or bytes from standard input.");
        verb._options.AddTo(command);
        command.SetAction((result, _) => verb.RunAsync(result));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result)
    {
        if (_options.Fault(result) is { } fault)
        {
            throw new VtException(VtErrorId.InvalidArgument, fault);
        }

        StoreAddress address = _options.Store.Read(result);
        StoreSession session = _options.Init(result)
            ? await StoreMaker.OpenOrCreateAsync(_options.Creation, result, address, _host).ConfigureAwait(false)
            : await StoreSession.OpenAsync(address, _host.Indexes, _host.Token).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            BackupRequest request = _options.Read(result, await BasesAsync(session, result).ConfigureAwait(false));
            return _options.StdinName(result) is { } name
                ? await BackUpInputAsync(session, request with { InputName = name }, result).ConfigureAwait(false)
                : await BackUpPathsAsync(session, request, result).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<string>?> BasesAsync(StoreSession session, ParseResult result)
    {
        if (_options.Bases(result) is not { } words)
        {
            return null;
        }

        List<string> ids = new(words.Length);
        foreach (string word in words)
        {
            ids.Add((await BackupCatalog.ResolveAsync(session, word, new BackupFilter(), _host.Token).ConfigureAwait(false)).Id);
        }

        return ids;
    }

    private async Task<int> BackUpPathsAsync(StoreSession session, BackupRequest request, ParseResult result)
    {
        if (_options.FileList(result) is not { } list)
        {
            return await RunAsync(session, request with { Paths = Absolute(_options.Words(result)) }, result).ConfigureAwait(false);
        }

        Stream stream = FileList.Open(list);
        await using (stream.ConfigureAwait(false))
        {
            return await RunAsync(session, request with { SkipMissing = true, Paths = FileList.ReadAsync(stream, request.Root!, _host.Token) }, result).ConfigureAwait(false);
        }
    }

    private async Task<int> BackUpInputAsync(StoreSession session, BackupRequest request, ParseResult result)
    {
        string[] words = _options.Words(result);
        if (words.Length == 0)
        {
            Stream input = new CancellableInput(Console.OpenStandardInput());
            await using (input.ConfigureAwait(false))
            {
                return await RunAsync(session, request with { Input = input }, result).ConfigureAwait(false);
            }
        }

        using SourceCommand command = SourceCommand.Start(words);
        int code = await RunAsync(session, request with { Input = command.Output, InputSucceeded = command.SucceededAsync }, result).ConfigureAwait(false);
        if (command.Failure is { } failure)
        {
            _host.Errors.Error(VtErrorId.SourceReadFailed, failure + "; the backup is Interrupted. See what the command wrote, and run again.");
        }

        return code;
    }

    private async Task<int> RunAsync(StoreSession session, BackupRequest request, ParseResult result)
    {
        bool json = _options.Json(result);
        VtBackup backup;
        using (RowWriter<VtFileResult>? rows = _options.PassThru(result) ? FileResultRows.Create(_host.Output, json) : null)
        {
            backup = await BackupOperation.RunAsync(session, request, new CliObserver(_host.Errors, rows), _host.Token).ConfigureAwait(false);
        }

        _host.Errors.EndProgress();
        if (_options.PassThru(result))
        {
            _host.Output.Flush();
        }
        else if (json)
        {
            _host.Output.Json(backup, VtJsonContext.Default.VtBackup);
        }
        else
        {
            Write(backup);
        }

        return backup.Status switch
        {
            VtBackupStatus.Complete => ExitCode.Done,
            VtBackupStatus.CompleteWithErrors => ExitCode.SourceErrors,
            _ => _host.IsInterrupted ? ExitCode.Interrupted : ExitCode.Failed,
        };
    }

    private void Write(VtBackup backup)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        OutputWriter output = _host.Output;
        output.Line($"Backup {backup.Id}: {backup.Status}");
        output.Line(string.Create(
            culture,
            $"  {backup.FileCount} files ({SizeText.Format(backup.BytesTotal)}), {backup.DirectoryCount} directories, {backup.OtherCount} others"));
        output.Line(string.Create(
            culture,
            $"  {backup.FilesNew} new, {backup.FilesChanged} changed, {backup.FilesUnchanged} unchanged; {SizeText.Format(backup.BytesRead)} read, {SizeText.Format(backup.BytesNew)} new, {SizeText.Format(backup.BytesStored)} stored in {backup.Duration.TotalSeconds:0.0} s"));
        Count(backup.ItemsDenied, "items denied");
        Count(backup.ItemsVanished, "items vanished");
        Count(backup.ItemsFailed, "items could not be read");
        Count(backup.FilesChangedWhileRead, "files changed while they were read");
        Count(backup.SocketsIgnored, "sockets left");
        Count(backup.ItemsExcluded, "items excluded");
        Count(backup.MetadataNotCaptured, "items with metadata that is not captured");

        void Count(long count, string what)
        {
            if (count > 0)
            {
                output.Line(string.Create(culture, $"  {count} {what}"));
            }
        }
    }

#pragma warning disable CS1998 // The request takes an asynchronous sequence, as for lists that are still being read.
    private static async IAsyncEnumerable<byte[]> Absolute(string[] words)
    {
        foreach (string word in words)
        {
            yield return LivePath.Absolute(word);
        }
    }
#pragma warning restore CS1998
}
