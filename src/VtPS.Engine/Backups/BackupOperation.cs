using VtPS.Engine.Blocks;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>Makes backups.</summary>
internal static class BackupOperation
{
    /// <summary>Finds what a run would do; writes nothing anywhere but the index cache.</summary>
    public static async Task<BackupPlan> PlanAsync(StoreSession store, BackupRequest request, IOperationObserver observer, CancellationToken cancellationToken)
    {
        Check(request);
        request = ExcludeSource.ReadFiles(request);
        SourcePlan? sources = request.Paths is null ? null : await SourcePlan.CreateAsync(request.Paths, request.Root, cancellationToken).ConfigureAwait(false);
        string host = HostOf(request);
        string subset = SubsetOf(request, sources);
        List<BaseBackup> bases = sources is null ? [] : await BaseSelection.ChooseAsync(store, request.BaseIds, host, subset, null, cancellationToken).ConfigureAwait(false);
        using ProgressMeter progress = new(observer, "Looking");
        using BackupRun run = new(store, null, request, observer, progress, cancellationToken);
        if (sources is not null)
        {
            await Task.Run(() => run.WalkDry(sources, bases), cancellationToken).ConfigureAwait(false);
        }

        return new BackupPlan
        {
            Subset = subset,
            HostName = host,
            BasedOn = [.. bases.Select(b => b.Backup.Id)],
            FilesNew = sources is null ? 1 : run.Counters.FilesNew,
            FilesChanged = run.Counters.FilesChanged,
            FilesUnchanged = run.Counters.FilesUnchanged,
            Directories = run.Counters.Directories,
            Others = run.Counters.Others,
            BytesToRead = run.BytesToRead,
        };
    }

    /// <summary>
    /// Makes a backup. A cancelled run seals an Interrupted backup of what is done and returns it
    /// (its status says so); it never throws OperationCanceledException once the lease is put.
    /// </summary>
    /// <exception cref="VtException">PathNotFound for a path given that is not there, PathNameClash, BackupNotFound for a base, StoreFull, StoreWriteFailed, InvalidArgument.</exception>
    public static async Task<VtBackup> RunAsync(StoreSession store, BackupRequest request, IOperationObserver observer, CancellationToken cancellationToken)
    {
        Check(request);
        request = ExcludeSource.ReadFiles(request);
        SourcePlan? sources = request.Paths is null ? null : await SourcePlan.CreateAsync(request.Paths, request.Root, cancellationToken).ConfigureAwait(false);
        if (request.BaseIds is { Count: > 0 })
        {
            // A base that is not there is found out before anything is written.
            await BaseSelection.ChooseAsync(store, request.BaseIds, string.Empty, string.Empty, null, cancellationToken).ConfigureAwait(false);
        }

        using CancellationTokenSource failed = new();

        // Which backups there are is asked beside the lease where an answer takes long: it is a hint, and what they stand on is looked up under the lease.
        Task<List<VtBackup>>? history = sources is not null && request.BaseIds is null && store.RawStorage is IDistantStorage
            ? BackupCatalog.ReadAllAsync(store, static _ => { }, failed.Token)
            : null;
        StoreWriter writer = await StoreWriter.OpenAsync(store, "backup", failed.Token).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            BackupSession session = new(store, writer, request, sources, HostOf(request), SubsetOf(request, sources), history, observer);
            try
            {
                return await session.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await failed.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private static void Check(BackupRequest request)
    {
        if ((request.Paths is null) == (request.Input is null))
        {
            throw new ArgumentException("A backup is made of paths or of a stream.", nameof(request));
        }

        if (request.Input is not null)
        {
            byte[] name = PathText.Parse(request.InputName);
            if (name.Length is 0 or > 255 || name.AsSpan().IndexOfAny((byte)'/', (byte)0) >= 0 || name is [(byte)'.'] or [(byte)'.', (byte)'.'])
            {
                throw new VtException(VtErrorId.InvalidArgument, $"'{request.InputName}' is not a file name. Give the stream one name, without separators.", request.InputName);
            }
        }

        if (request.ThrottleLimit is < 1)
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The throttle limit {request.ThrottleLimit} is too small: at least one worker is needed.", request.ThrottleLimit);
        }
    }

    private static string HostOf(BackupRequest request)
    {
        string host = request.HostName ?? Environment.MachineName;
        return host.Length > 0 && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            ? host
            : throw new VtException(VtErrorId.InvalidArgument, "This machine calls itself 'localhost', which would mix up the histories of machines. Give it a name, or name it with -HostName (--host-name).", host);
    }

    private static string SubsetOf(BackupRequest request, SourcePlan? sources) =>
        !string.IsNullOrEmpty(request.Subset) ? request.Subset
        : sources is null ? request.InputName!
        : request.Root is not null ? PathText.Format(sources.Root)
        : string.Join(":", sources.Paths.Select(p => PathText.Format(p)));
}
