using System.CommandLine;
using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Engine.Stores;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt sync</c>: makes a tree and the trees of peers equal, one after the other.</summary>
internal sealed class SyncVerb
{
    private readonly CliHost _host;
    private readonly Argument<string> _tree = new("TREE") { Description = "The tree's root, a folder of this machine." };
    private readonly Argument<string[]> _peers = new("PEER")
    {
        Description = "The other tree: a folder, an address (ssh://host/path, unix:///path/of/socket, or ! and a command that serves it), or a registered name. Of several each gets its turn, and content that is needed in TREE comes from all of them at once.",
        Arity = ArgumentArity.OneOrMore,
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
        Command command = new("sync", "Make trees equal: what changed on each side since they last met comes to the other. What is replaced or deleted goes to the revisions.");
        command.Add(CommonOptions.NotEmpty(verb._tree));
        command.Add(CommonOptions.NotEmpty(verb._peers));
        foreach (Option option in (Option[])[verb._group, verb._policy, verb._exclude, verb._direction, verb._maximumDelete, verb._revisions, verb._store, verb._dry, verb._passThru, verb._json])
        {
            command.Add(option);
        }

        command.SetAction((result, _) => verb.RunAsync(result));
        return command;
    }

    private async Task<int> RunAsync(ParseResult result)
    {
        string[] peers = result.GetRequiredValue(_peers);
        bool json = result.GetValue(_json);
        using RowWriter<VtSyncAction>? rows = result.GetValue(_dry) || result.GetValue(_passThru) ? SyncText.Rows(_host.Output, json) : null;
        using RowWriter<VtSyncResult>? results = rows is null && json && peers.Length > 1 ? SyncText.Results(_host.Output) : null;
        Action<VtSyncResult, List<VtSyncAction>, IReadOnlyList<ContentShare>> write = (done, waiting, shares) =>
        {
            if (results is not null)
            {
                results.Write(done);
            }
            else if (json)
            {
                _host.Output.Json(done, VtJsonContext.Default.VtSyncResult);
            }
            else
            {
                SyncText.Write(_host.Output, done, waiting, shares);
            }
        };
        int worst = ExitCode.Done;
        foreach (string peer in peers)
        {
            int code = await SyncAsync(result, peer, peers, rows, write).ConfigureAwait(false);
            worst = worst is ExitCode.Done or ExitCode.SourceErrors && code != ExitCode.Done ? code : worst;
            if (code == ExitCode.Interrupted)
            {
                return code;
            }
        }

        return worst;
    }

    /// <summary>Syncs with one peer. What it refuses is told, and the next one's turn comes.</summary>
    /// <returns>The exit code, if it is the only one.</returns>
    private async Task<int> SyncAsync(
        ParseResult result, string peer, string[] peers, RowWriter<VtSyncAction>? rows, Action<VtSyncResult, List<VtSyncAction>, IReadOnlyList<ContentShare>> write)
    {
        CliObserver observer = new(_host.Errors);
        try
        {
            SyncRequest request = Read(result, Find(peer), [.. peers.Where(other => other != peer).Select(TryFind).OfType<SyncTarget>()]);
            SyncOperation sync = await SyncOperation.OpenAsync(request, _host.Indexes, observer, _host.Token).ConfigureAwait(false);
            await using (sync.ConfigureAwait(false))
            {
                SyncPlan plan = await sync.PlanAsync(_host.Token).ConfigureAwait(false);
                if (request.IsDry)
                {
                    foreach (VtSyncAction action in plan.Actions)
                    {
                        rows!.Write(action);
                    }

                    return observer.ErrorCount > 0 ? ExitCode.SourceErrors : ExitCode.Done;
                }

                List<VtSyncAction> waiting = [];
                VtSyncResult done = await sync.RunAsync(
                    action =>
                    {
                        rows?.Write(action);
                        if (action.Status == VtSyncActionStatus.Waiting)
                        {
                            waiting.Add(action);
                        }
                    },
                    _host.Token).ConfigureAwait(false);
                _host.Errors.EraseProgress();
                if (rows is null)
                {
                    write(done, waiting, sync.Shares);
                }

                return done.Status == VtBackupStatus.Interrupted ? ExitCode.Interrupted
                    : done.Status == VtBackupStatus.Complete && observer.ErrorCount == 0 ? ExitCode.Done
                    : ExitCode.SourceErrors;
            }
        }
        catch (VtException e)
        {
            _host.Errors.Error(e.ErrorId, e.Message);
            return ExitCode.Of(e.ErrorId);
        }
    }

    private SyncRequest Read(ParseResult result, SyncTarget target, IReadOnlyList<SyncTarget> sources) => new()
    {
        Path = LivePath.AbsoluteText(result.GetRequiredValue(_tree)),
        Peer = target.Location,
        Sources = sources,
        Store = result.GetValue(_store) is { } store ? TreeStore.PathOf(new StoreAddress(new StoreAddress(store).IsRemote ? store : LivePath.AbsoluteText(store))) : null,
        Group = target.GroupFor(result.GetValue(_group)),
        ConflictPolicy = result.GetValue(_policy) ?? VtConflictPolicy.KeepBoth,
        Direction = target.DirectionFor(result.GetValue(_direction)),
        Exclude = result.GetValue(_exclude) ?? [],
        MaximumDelete = result.GetValue(_maximumDelete),
        RevisionAge = result.GetValue(_revisions),
        IsDry = result.GetValue(_dry),
    };

    private static SyncTarget Find(string peer) => ArgumentText.IsText(peer)
        ? PeerRegistry.ForUser().Resolve(peer, Path.IsPathRooted(peer) ? Path.GetPathRoot(peer)! : LivePath.CurrentDirectoryText())
        : new SyncTarget(LivePath.AbsoluteText(peer));

    /// <summary>A peer as another source of content; null where it cannot be found, which is told when its turn comes.</summary>
    private static SyncTarget? TryFind(string peer)
    {
        try
        {
            return Find(peer);
        }
        catch (VtException)
        {
            return null;
        }
    }
}
