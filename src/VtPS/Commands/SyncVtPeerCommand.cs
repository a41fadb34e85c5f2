using System.Management.Automation;
using System.Runtime.ExceptionServices;
using VtPS.Completers;
using VtPS.Engine.Sync;
using VtPS.Loading;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Makes a tree and its peers equal, one peer after the other. What one peer refuses is an error about that peer, and the next one's turn comes.</summary>
[Cmdlet(VerbsData.Sync, "VtPeer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtSyncResult))]
[OutputType(typeof(VtSyncAction))]
public sealed class SyncVtPeerCommand : VtSessionCommand
{
    private string _path = string.Empty;
    private string? _store;
    private SyncOperation? _sync;
    private TerminationGuard? _guard;

    /// <summary>The tree.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The tree's root, a folder of this machine, taken literally.")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The other trees.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, HelpMessage = "The other tree: a folder, an address (ssh://host/path, unix:///path/of/socket, or ! and a command that serves it), a registered name or what Get-VtPeer returns. Of several each gets its turn, and content that is needed here comes from all of them at once.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public VtPeerReference[]? Peer { get; set; }

    /// <summary>The group.</summary>
    [Parameter(HelpMessage = "The name of the group that the trees belong to: new ones take it, those of another are refused.")]
    [ValidateNotNullOrEmpty]
    public string? Group { get; set; }

    /// <summary>What becomes of conflicts.</summary>
    [Parameter(HelpMessage = "What becomes of two contents written under one name by sides that knew nothing of each other: KeepBoth (the default), NewerWins, Local or Remote. What loses goes to the revisions.")]
    public VtConflictPolicy ConflictPolicy { get; set; }

    /// <summary>What to leave out.</summary>
    [Parameter(HelpMessage = "Patterns of what takes no part, on both sides, as in a .gitignore file; beside those of the .vtignore in each root.")]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    /// <summary>Which tree gets changes.</summary>
    [Parameter(HelpMessage = "Which tree gets the other's changes: Both (the default), Push (only the peer) or Pull (only the local one). A registered peer's right may leave one of them only.")]
    public VtSyncDirection Direction { get; set; }

    /// <summary>The most deletions.</summary>
    [Parameter(HelpMessage = "The most entries that may be deleted in one of the trees; more are refused, and nothing is done. Without it half of the tree's, and ten in any case.")]
    [ValidateRange(0, long.MaxValue)]
    public long MaximumDelete { get; set; }

    /// <summary>How long revisions are kept.</summary>
    [Parameter(HelpMessage = "How long what syncs replace or delete is kept, as a number with a unit (36h, 30d, 8w, 6m, 1y) or a time span: older revisions of both trees are removed. Without it all are kept.")]
    [ValidateNotNull]
    public VtAge? Revisions { get; set; }

    /// <summary>Where the tree keeps what lasts.</summary>
    [Parameter(HelpMessage = "A folder outside of both trees in which the local tree keeps its state, history and revisions from now on. Needed once. Without it where they are, and for a new tree .vt in its root.")]
    [ValidateNotNull]
    public VtStoreReference? Store { get; set; }

    /// <summary>Whether to write a row for each action.</summary>
    [Parameter(HelpMessage = "Write a row for each action in place of the summary.")]
    public SwitchParameter PassThru { get; set; }

    private bool IsDry => IsWhatIf();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _path = Paths.Resolve(Path);
            _store = Store is null ? null : TreeStore.PathOf(StoreAddresses.Of(Store, Paths));
        }
        catch (VtException exception)
        {
            Fail(exception, exception.Target ?? Path);
        }

        if (!Directory.Exists(_path))
        {
            Fail(new VtException(VtErrorId.PathNotFound, $"There is no folder '{_path}'. Make it first: a disk that is not mounted must not become a new tree.", Path));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VtPeerReference peer in Peer!)
        {
            VtException? failure = null;
            try
            {
                Sync(Request(peer, Peer!));
            }
            catch (VtException exception)
            {
                failure = exception;
            }

            foreach (string line in ShareText.Of(_sync?.Shares ?? []))
            {
                WriteVerbose(line);
            }

            CloseSync();
            if (failure is not null)
            {
                WriteError(ErrorRecords.From(failure, peer.ToString()));
            }
        }
    }

    /// <inheritdoc/>
    private protected override async ValueTask ReleaseAsync()
    {
        if (_sync is { } sync)
        {
            _sync = null;
            await sync.DisposeAsync().ConfigureAwait(false);
        }

        await base.ReleaseAsync().ConfigureAwait(false);

        // Last: a signal that came takes its course once everything is brought to its end.
        _guard?.Dispose();
        _guard = null;
    }

    private SyncRequest Request(VtPeerReference peer, VtPeerReference[] all)
    {
        SyncTarget target = PeerTargets.Of(peer, Paths);
        return new SyncRequest
        {
            Path = _path,
            Peer = target.Location,
            IsPeerFromData = target.IsFromData,
            Store = _store,
            Group = target.GroupFor(Group),
            ConflictPolicy = ConflictPolicy,
            Direction = target.DirectionFor(IsGiven(nameof(Direction)) ? Direction : null),
            Exclude = Exclude ?? [],
            MaximumDelete = IsGiven(nameof(MaximumDelete)) ? MaximumDelete : null,
            RevisionAge = Revisions,
            IsDry = IsDry,
            Sources = [.. all.Where(other => other != peer).Select(Find).OfType<SyncTarget>()],
        };
    }

    /// <summary>A peer as another source of content; null where it cannot be found, which is told when its turn comes.</summary>
    private SyncTarget? Find(VtPeerReference peer)
    {
        try
        {
            return PeerTargets.Of(peer, Paths);
        }
        catch (VtException)
        {
            return null;
        }
    }

    private void Sync(SyncRequest request)
    {
        CommandObserver observer = Observe(wantsItems: false);
        _guard ??= IsDry ? null : new TerminationGuard(StopProcessing);
        SyncPlan plan = RunItem(async token =>
        {
            _sync = await SyncOperation.OpenAsync(request, BlockIndexFactory.Create(), observer, token).ConfigureAwait(false);
            return await _sync.PlanAsync(token).ConfigureAwait(false);
        });
        bool isAgreed = ShouldProcess($"'{request.Path}' and '{request.Peer}'", PlanText.Of(plan));
        if (request.IsDry)
        {
            observer.EndProgress();
            WriteObject(plan.Actions, enumerateCollection: true);
            return;
        }

        if (!isAgreed)
        {
            observer.EndProgress();
            return;
        }

        VtSyncResult result = RunItem(token => _sync!.RunAsync(action => Post(() => Write(action)), token));
        observer.EndProgress();
        if (!PassThru)
        {
            WriteObject(result);
        }
    }

    private void Write(VtSyncAction action)
    {
        if (PassThru)
        {
            WriteObject(action);
        }
        else if (action.Status == VtSyncActionStatus.Waiting)
        {
            WriteVerbose($"'{action.Path}' waits for the next sync ({action.Side}, {action.Action}): {action.Reason}");
        }
    }

    private void CloseSync()
    {
        if (_sync is { } sync)
        {
            _sync = null;
            Await(async _ =>
            {
                await sync.DisposeAsync().ConfigureAwait(false);
                return true;
            });
        }
    }

    /// <summary>Runs work that is about one peer: what it refuses is raised as it is, and ends nothing.</summary>
    private T RunItem<T>(Func<CancellationToken, Task<T>> work)
        where T : class
    {
        T? result = null;
        VtException? failure = null;
        Run(async token =>
        {
            try
            {
                result = await work(token).ConfigureAwait(false);
            }
            catch (VtException exception)
            {
                failure = exception;
            }
        });
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return result!;
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
