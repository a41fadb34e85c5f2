using System.Diagnostics;
using System.Net;
using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Operations;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>One restore from its request to its result.</summary>
internal sealed class RestoreRun(ITreeReader trees, VtHashName hashName, string storePath, RestoreRequest request, IOperationObserver observer)
{
    /// <summary>Refuses what does not fit together.</summary>
    /// <exception cref="VtException">InvalidArgument, DestinationConflict.</exception>
    public static void Check(RestoreRequest request)
    {
        if (request.StripComponents < 0)
        {
            throw new VtException(VtErrorId.InvalidArgument, $"-StripComponents is a count of names and cannot be {request.StripComponents}.", request.StripComponents);
        }

        if (request.Destination is null && (request.StripComponents > 0 || request.Rename is not null))
        {
            throw new VtException(VtErrorId.InvalidArgument, "A restore in place puts each item where it came from: -StripComponents and -Rename need a destination.");
        }

        if (request.Delete && (request.Include.Count > 0 || request.Rename is not null))
        {
            throw new VtException(VtErrorId.InvalidArgument, "-Delete removes what a backup's directory does not have; with -Include or -Rename that cannot be told. Leave out one of them.");
        }

        if (request.Destination is null && !request.Force)
        {
            foreach (RestoreSelection selection in request.Selections)
            {
                if (!IsThisHost(selection.Backup.HostName))
                {
                    throw new VtException(
                        VtErrorId.DestinationConflict,
                        $"Backup {selection.Backup.Id} was made on '{selection.Backup.HostName}' and not on this host, so its source paths may mean other files here. Use -Force to restore in place all the same, or restore to a folder.",
                        selection.Backup.Id);
                }
            }
        }
    }

    /// <summary>Whether two of the selected entries can come together in one place.</summary>
    public static bool MayConflict(RestoreRequest request, List<SelectedTree> selected) => selected.Count > 1 || request.StripComponents > 0;

    /// <summary>Restores; see <see cref="RestoreOperation.RunAsync"/>.</summary>
    public async Task<VtRestoreResult> RunAsync(CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        Check(request);
        List<SelectedTree> selected = SelectedTree.Create(request);
        List<VtException> unsafeNames = [];
        RenameMap? renames = request.Rename is null ? null : new RenameMap(request.Rename, request.StripComponents, unsafeNames.Add);
        bool mayConflict = MayConflict(request, selected);
        RestorePlanner planner = new(trees, request);
        RestorePlan? totals = await PlanAsync(planner, selected, mayConflict, renames, cancellationToken).ConfigureAwait(false);
        DirectoryHandle? destination = request.Destination is null ? null : DestinationFolder.Open(request.Destination);
        using RestoreContext context = new(trees, hashName, request, observer, totals, cancellationToken)
        {
            MergedDirectories = mayConflict ? planner.Merged : null,
        };
        foreach (VtException e in unsafeNames)
        {
            context.Report(e.ErrorId, e.Message, (string)e.Target!);
        }

        DestinationNode? root = destination is null ? null : new DestinationNode(context.Pool.AddRoot(destination));
        try
        {
            if (renames is not null)
            {
                await RunRenamedAsync(context, selected, renames, root!).ConfigureAwait(false);
            }
            else
            {
                await RunPlainAsync(context, selected, root).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.IsStopped && !cancellationToken.IsCancellationRequested)
        {
            // It ended itself and has said why.
        }

        context.Warnings.Report(observer);
        RestoreCounters counters = context.Counters;
        string[] damaged = context.Damaged;
        Array.Sort(damaged, StringComparer.Ordinal);
        return new VtRestoreResult
        {
            Store = storePath,
            BackupId = [.. selected.Select(tree => tree.Backup.Id)],
            Destination = request.Destination is null ? null : PathText.Format(request.Destination),
            FilesRestored = counters.FilesRestored,
            FilesEqual = counters.FilesEqual,
            Directories = counters.Directories,
            Others = counters.Others,
            Deleted = counters.Deleted,
            BytesWritten = counters.BytesWritten,
            FilesVerified = counters.FilesVerified,
            Damaged = damaged,
            ErrorCount = counters.Errors,
            Duration = Stopwatch.GetElapsedTime(started),
        };
    }

    private static bool IsThisHost(string name) =>
        string.Equals(name, Environment.MachineName, StringComparison.OrdinalIgnoreCase) || string.Equals(name, Dns.GetHostName(), StringComparison.OrdinalIgnoreCase);

    /// <returns>The totals for progress; null where nobody looks.</returns>
    private async Task<RestorePlan?> PlanAsync(RestorePlanner planner, List<SelectedTree> selected, bool mayConflict, RenameMap? renames, CancellationToken cancellationToken)
    {
        // A whole backup's record has the totals: no walk is needed before the restore's own.
        if (selected is [{ Scope: { IsWhole: true, IsConfined: false }, Backup: var backup }] && request.Exclude.Count == 0 && !mayConflict && renames is null)
        {
            return new RestorePlan { Files = backup.FileCount, Directories = backup.DirectoryCount, Others = backup.OtherCount, Bytes = backup.BytesTotal };
        }

        bool countsAll = observer.WantsProgress || mayConflict || renames is not null;
        foreach (SelectedTree tree in selected)
        {
            await planner.WalkAsync(tree, countsAll, mayConflict || renames is not null, renames, cancellationToken).ConfigureAwait(false);
        }

        return countsAll ? planner.Plan : null;
    }

    private async Task RunPlainAsync(RestoreContext context, List<SelectedTree> selected, DestinationNode? root)
    {
        RestoreEngine engine = new(context);
        foreach (SelectedTree tree in selected)
        {
            if (request.StripComponents == 0)
            {
                InPlaceTargets? targets = root is null ? new InPlaceTargets(context, BackupSources.Create(tree.Backup)) : null;
                await engine.RunAsync(new DirectoryJob(tree.Root, tree.Scope, TreePath.Top, root, false, targets)).ConfigureAwait(false);
            }
            else
            {
                await StripAsync(context, engine, new DirectoryJob(tree.Root, tree.Scope, TreePath.Top, root, false)).ConfigureAwait(false);
            }

            context.BackupNumber++;
        }
    }

    /// <summary>Goes through the directories that are dropped; each one at the last dropped level is restored to the root, one after the other, because they may meet there.</summary>
    private async Task StripAsync(RestoreContext context, RestoreEngine engine, DirectoryJob top)
    {
        Stack<DirectoryJob> open = new();
        open.Push(top);
        while (open.TryPop(out DirectoryJob? job))
        {
            if (job.Path.Depth == request.StripComponents)
            {
                await engine.RunAsync(job).ConfigureAwait(false);
                continue;
            }

            List<DirectoryJob> below = [];
            try
            {
                await foreach (TreeEntry entry in trees.ReadDirectoryAsync(job.Content, context.Token).ConfigureAwait(false))
                {
                    if (entry is { Type: VtItemType.Directory, Content: not null } && job.Scope.Admits(entry, out SelectionScope? scope))
                    {
                        below.Add(new DirectoryJob(entry.Content, job.Scope.Enter(entry.Name, scope), job.Path.Enter(entry.Name), top.Node, false));
                    }
                }
            }
            catch (VtException e) when (RestoreContext.IsDamage(e))
            {
                string path = job.Path.Depth == 0 ? "/" : job.Path.ToString();
                context.ReportDamage(path, $"The rest of the directory '{path}' was left out because it cannot be read from the Store.", e);
                context.Token.ThrowIfCancellationRequested();
            }

            for (int i = below.Count - 1; i >= 0; i--)
            {
                open.Push(below[i]);
            }
        }
    }

    private static async Task RunRenamedAsync(RestoreContext context, List<SelectedTree> selected, RenameMap renames, DestinationNode root)
    {
        RenamedRestore restore = new(context, renames, root);
        bool done = false;
        try
        {
            foreach (SelectedTree tree in selected)
            {
                await restore.RunAsync(tree).ConfigureAwait(false);
                context.BackupNumber++;
            }

            restore.Finish();
            done = true;
        }
        finally
        {
            if (!done)
            {
                restore.Abandon();
            }
        }
    }
}
