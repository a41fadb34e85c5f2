using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Engine.Stores;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt sync</c>: makes a tree and a peer's tree equal.</summary>
internal sealed class SyncVerb
{
    private readonly CliHost _host;
    private readonly Argument<string> _tree = new("TREE") { Description = "The tree's root, a folder of this machine." };
    private readonly Argument<string> _peer = new("PEER")
    {
        Description = "The other tree: a folder, an address (ssh://host/path, unix:///path/of/socket, or ! and a command that serves it), or a registered name.",
    };

    private readonly Option<string?> _group = CommonOptions.NotEmpty(CommonOptions.Text("--group", "NAME", "The group that the trees belong to: new ones take it, those of another are refused."));
    private readonly Option<VtConflictPolicy?> _policy = CommonOptions.OneOf(
        "--conflict-policy",
        "What becomes of two contents written under one name by sides that knew nothing of each other. Default: keep-both.",
        ("keep-both", VtConflictPolicy.KeepBoth), ("newer-wins", VtConflictPolicy.NewerWins), ("local", VtConflictPolicy.Local), ("remote", VtConflictPolicy.Remote));

    private readonly Option<string[]> _exclude = CommonOptions.Texts("--exclude", "PATTERN", "What matches this gitignore pattern takes no part, on both sides.");
    private readonly Option<VtSyncDirection?> _direction = CommonOptions.OneOf(
        "--direction",
        "Which tree gets the other's changes: both, only the peer (push) or only TREE (pull). Default: both, or what the registered peer's right leaves.",
        ("both", VtSyncDirection.Both), ("push", VtSyncDirection.Push), ("pull", VtSyncDirection.Pull));

    private readonly Option<int?> _maximumDelete = CommonOptions.AtLeast(
        new Option<int?>("--maximum-delete") { HelpName = "N", Description = "The most entries that may be deleted in one of the trees. Default: half of the tree's, and ten in any case." }, 0);

    private readonly Option<VtAge?> _revisions = RetentionOptions.Age("--revisions", "How long what syncs replace or delete is kept, in both trees. Default: for ever.");
    private readonly Option<string?> _store = CommonOptions.NotEmpty(CommonOptions.Text(
        "--store", "S", "A folder outside of both trees in which TREE keeps its state, history and revisions from now on. Needed once. Default: where they are, and for a new tree .vt in its root."));

    private readonly Option<bool> _dry = CommonOptions.Flag("--dry-run", "Only say what would be done, a row for each action; change nothing on either side.");
    private readonly Option<bool> _passThru = CommonOptions.PassThru();
    private readonly Option<bool> _json = CommonOptions.Json();

    private SyncVerb(CliHost host) => _host = host;

    public static Command Create(CliHost host)
    {
        SyncVerb verb = new(host);
        Command command = new("sync", "Make two trees equal: what changed on each side since they last met comes to the other. What is replaced or deleted goes to the revisions.");
        command.Add(CommonOptions.NotEmpty(verb._tree));
        command.Add(CommonOptions.NotEmpty(verb._peer));
        foreach (Option option in (Option[])[verb._group, verb._policy, verb._exclude, verb._direction, verb._maximumDelete, verb._revisions, verb._store, verb._dry, verb._passThru, verb._json])
        {
            command.Add(option);
        }

        command.SetAction((result, _) => verb.RunAsync(result));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result)
    {
        SyncRequest request = Read(result);
        CliObserver observer = new(_host.Errors);
        SyncOperation sync = await SyncOperation.OpenAsync(request, _host.Indexes, observer, _host.Token).ConfigureAwait(false);
        await using (sync.ConfigureAwait(false))
        {
            SyncPlan plan = await sync.PlanAsync(_host.Token).ConfigureAwait(false);
            bool json = result.GetValue(_json);
            if (request.IsDry)
            {
                using RowWriter<VtSyncAction> planned = SyncText.Rows(_host.Output, json);
                foreach (VtSyncAction action in plan.Actions)
                {
                    planned.Write(action);
                }

                return observer.ErrorCount > 0 ? ExitCode.SourceErrors : ExitCode.Done;
            }

            VtSyncResult done = await RunAsync(sync, json, result.GetValue(_passThru)).ConfigureAwait(false);
            return done.Status == VtBackupStatus.Interrupted ? ExitCode.Interrupted
                : done.Status == VtBackupStatus.Complete && observer.ErrorCount == 0 ? ExitCode.Done
                : ExitCode.SourceErrors;
        }
    }

    private async Task<VtSyncResult> RunAsync(SyncOperation sync, bool json, bool passThru)
    {
        VtSyncResult done;
        if (passThru)
        {
            using RowWriter<VtSyncAction> rows = SyncText.Rows(_host.Output, json);
            done = await sync.RunAsync(rows.Write, _host.Token).ConfigureAwait(false);
            _host.Errors.EndProgress();
            return done;
        }

        List<VtSyncAction> waiting = [];
        done = await sync.RunAsync(
            action =>
            {
                if (action.Status == VtSyncActionStatus.Waiting)
                {
                    waiting.Add(action);
                }
            },
            _host.Token).ConfigureAwait(false);
        _host.Errors.EndProgress();
        if (json)
        {
            _host.Output.Json(done, VtJsonContext.Default.VtSyncResult);
        }
        else
        {
            SyncText.Write(_host.Output, done, waiting);
        }

        return done;
    }

    private SyncRequest Read(ParseResult result)
    {
        string peer = result.GetRequiredValue(_peer);
        SyncTarget target = ArgumentText.IsText(peer)
            ? PeerRegistry.ForUser().Resolve(peer, Path.IsPathRooted(peer) ? Path.GetPathRoot(peer)! : LivePath.CurrentDirectoryText())
            : new SyncTarget(LivePath.AbsoluteText(peer));
        return new SyncRequest
        {
            Path = LivePath.AbsoluteText(result.GetRequiredValue(_tree)),
            Peer = target.Location,
            Store = result.GetValue(_store) is { } store ? TreeStore.PathOf(new StoreAddress(new StoreAddress(store).IsRemote ? store : LivePath.AbsoluteText(store))) : null,
            Group = target.GroupFor(result.GetValue(_group)),
            ConflictPolicy = result.GetValue(_policy) ?? VtConflictPolicy.KeepBoth,
            Direction = target.DirectionFor(result.GetValue(_direction)),
            Exclude = result.GetValue(_exclude) ?? [],
            MaximumDelete = result.GetValue(_maximumDelete),
            RevisionAge = result.GetValue(_revisions),
            IsDry = result.GetValue(_dry),
        };
    }
}
