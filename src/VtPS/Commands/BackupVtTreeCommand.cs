using System.Management.Automation;
using System.Threading.Channels;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>
/// Makes one backup of all the paths of a call or a pipeline, of a list of files, or of the bytes of a stream.
/// Paths are handed to the engine as they come; the command itself keeps none of them.
/// </summary>
[Cmdlet(VerbsData.Backup, "VtTree", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = PathSet)]
[OutputType(typeof(VtBackup))]
[OutputType(typeof(VtFileResult))]
public sealed class BackupVtTreeCommand : VtStoreCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string FileListSet = "FileList";
    private const string StreamSet = "Stream";

    /// <summary>How many paths may wait for the engine.</summary>
    private const int PathsAhead = 1024;

    private readonly Channel<byte[]> _channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(PathsAhead) { SingleReader = true, SingleWriter = true });

    // With -WhatIf or -Confirm the paths are gathered, for the plan must know them all; else null.
    private List<byte[]>? _gathered;
    private SourcePaths? _sources;
    private byte[]? _root;
    private CommandObserver? _observer;
    private TerminationGuard? _guard;
    private VtBackup? _backup;
    private VtException? _missing;
    private bool _declined;

    /// <summary>Live paths.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet, HelpMessage = "The files and directories to back up; wildcards are allowed and match names that begin with a dot, too.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Live paths, literal.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet, HelpMessage = "The files and directories to back up, taken literally; what Get-ChildItem gives binds here.")]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A file of paths.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileListSet, HelpMessage = "A file that lists what to back up, names as bytes with a NUL byte after each, as find -print0 writes them; relative ones are below -Root.")]
    [ValidateNotNullOrEmpty]
    public string FileList { get; set; } = string.Empty;

    /// <summary>The folder all paths are below.</summary>
    [Parameter(ParameterSetName = PathSet, HelpMessage = "The folder below which every path lies; each is stored at its path relative to it. Without it, each path is a top entry named by its last name.")]
    [Parameter(ParameterSetName = LiteralPathSet, HelpMessage = "The folder below which every path lies; each is stored at its path relative to it. Without it, each path is a top entry named by its last name.")]
    [Parameter(Mandatory = true, ParameterSetName = FileListSet, HelpMessage = "The folder below which every listed path lies; each is stored at its path relative to it.")]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>A stream.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StreamSet, HelpMessage = "A stream whose bytes, from where it stands to its end, become one file. It is not closed.")]
    [ValidateNotNull]
    public Stream? InputStream { get; set; }

    /// <summary>The stream's name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StreamSet, HelpMessage = "The name of the file that the stream becomes: one name without separators.")]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The subset.</summary>
    [Parameter(HelpMessage = "The name of this group of paths: the runs of one host and subset are each other's history. Without it, it is made from the paths.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubsetCompleter))]
    public string? Subset { get; set; }

    /// <summary>Tags.</summary>
    [Parameter(HelpMessage = "Tags to give to the backup.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>A comment.</summary>
    [Parameter(HelpMessage = "A comment to keep with the backup.")]
    public string? Comment { get; set; }

    /// <summary>The host.</summary>
    [Parameter(HelpMessage = "The host the backup counts for; without it, this machine's name.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostNameCompleter))]
    public string? HostName { get; set; }

    /// <summary>Patterns of what to leave out.</summary>
    [Parameter(HelpMessage = "Patterns of what to leave out, as in a .gitignore file, matched below each path given; one that begins with ! takes back in.")]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    /// <summary>Files of patterns.</summary>
    [Parameter(HelpMessage = "Files of such patterns, one a line.")]
    [ValidateNotNullOrEmpty]
    public string[]? ExcludeFrom { get; set; }

    /// <summary>Whether to leave caches out.</summary>
    [Parameter(HelpMessage = "Leave out what lies in directories with a valid CACHEDIR.TAG.")]
    public SwitchParameter ExcludeCaches { get; set; }

    /// <summary>The largest file.</summary>
    [Parameter(HelpMessage = "Leave out files larger than this many bytes.")]
    [ValidateRange(0, long.MaxValue)]
    public long ExcludeLargerThan { get; set; }

    /// <summary>Whether to stay on one file system.</summary>
    [Parameter(HelpMessage = "Do not go into directories on another file system than the path given.")]
    public SwitchParameter OneFileSystem { get; set; }

    /// <summary>The change test.</summary>
    [Parameter(HelpMessage = "How to tell that a file did not change: SizeTimeCtime (the default), SizeTime, or Content, which reads every file.")]
    [ValidateSet("SizeTimeCtime", "SizeTime", "Content")]
    public string ChangeTest { get; set; } = "SizeTimeCtime";

    /// <summary>The bases.</summary>
    [Parameter(HelpMessage = "The backups to compare with: ids or what Get-VtBackup returns; an empty array for none. Without it, the newest, the newest complete and the largest of this host and subset.")]
    [AllowEmptyCollection]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference[]? Base { get; set; }

    /// <summary>How many workers.</summary>
    [Parameter(HelpMessage = "How many threads work; without it, one for each processor.")]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; }

    /// <summary>Whether to write a row for each item.</summary>
    [Parameter(HelpMessage = "Write a row for each item in place of the backup.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _sources = new SourcePaths(Paths, denied => Report(denied));
        _gathered = WantsPlan() ? [] : null;
        try
        {
            _root = Root is null ? null : _sources.Literal(Root);
        }
        catch (VtException exception)
        {
            Fail(exception, Root);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case PathSet:
                GiveAll(Path, _sources!.Expand);
                break;
            case LiteralPathSet:
                GiveAll(LiteralPath, path => [_sources!.Literal(path)]);
                break;
            case FileListSet:
                GiveAll([FileList], path => FileListReader.Read(Paths.Resolve(path), _root!));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == StreamSet)
        {
            BackUpStream();
        }
        else if (_gathered is { Count: > 0 })
        {
            BackUpGathered(_gathered);
        }
        else if (!IsRunning && !_declined)
        {
            FailForNothing();
        }

        WriteMissing();
        if (!IsRunning)
        {
            return;
        }

        _channel.Writer.TryComplete();
        Finish();
        _observer!.EndProgress();
        if (!PassThru)
        {
            WriteObject(_backup);
        }
    }

    private void GiveAll(string[] paths, Func<string, IEnumerable<byte[]>> read)
    {
        foreach (string path in paths)
        {
            if (_declined)
            {
                return;
            }

            try
            {
                foreach (byte[] found in read(path))
                {
                    Give(found);
                }
            }
            catch (VtException exception)
            {
                WriteMissing();
                _missing = exception;
            }
        }
    }

    private protected override async ValueTask ReleaseAsync()
    {
        await base.ReleaseAsync().ConfigureAwait(false);
        _guard?.Dispose();
    }

    private void Give(byte[] path)
    {
        if (_gathered is not null)
        {
            _gathered.Add(path);
            return;
        }

        if (!IsRunning && !_declined)
        {
            Begin(path);
        }

        if (_declined)
        {
            return;
        }

        ValueTask written = _channel.Writer.WriteAsync(path, StopToken);
        if (written.IsCompletedSuccessfully)
        {
            PumpNow();
        }
        else
        {
            PumpUntil(written.AsTask());
        }
    }

    private void Begin(byte[] first)
    {
        StoreSession session = OpenStore();
        BackupRequest request = Request(session) with { SkipMissing = true, Paths = _channel.Reader.ReadAllAsync(StopToken) };
        if (ShouldProcess(Target(session), $"Back up '{PathText.Format(first)}' and what else is given"))
        {
            Begin(session, request);
        }
        else
        {
            _declined = true;
        }
    }

    private void Begin(StoreSession session, BackupRequest request)
    {
        _observer = Observe(PassThru);
        _guard ??= new TerminationGuard(StopProcessing);
        Start(async token => _backup = await BackupOperation.RunAsync(session, request, _observer, token).ConfigureAwait(false));
    }

    private void BackUpGathered(List<byte[]> paths)
    {
        StoreSession session = OpenStore();
        BackupRequest request = Request(session);
        BackupPlan? plan = null;
        CommandObserver observer = Observe(wantsItems: false);
        Run(async token => plan = await BackupOperation.PlanAsync(session, request with { SkipMissing = true, Paths = Sequence(paths) }, observer, token).ConfigureAwait(false));
        observer.EndProgress();
        if (ShouldProcess(Target(session), PlanText.Of(plan!)))
        {
            Begin(session, request with { SkipMissing = true, Paths = Sequence(paths) });
        }
    }

    private void BackUpStream()
    {
        StoreSession session = OpenStore();
        BackupRequest request = Request(session) with { Input = InputStream, InputName = Name };
        if (ShouldProcess(Target(session), $"Back up a stream as '{Name}'"))
        {
            Begin(session, request);
        }
    }

    private BackupRequest Request(StoreSession session) => new()
    {
        Root = _root,
        Subset = Subset,
        Tags = Tag ?? [],
        Comment = Comment,
        HostName = HostName,
        Exclude = Exclude ?? [],
        ExcludeFrom = ExcludeFrom is null ? [] : [.. ExcludeFrom.Select(Paths.Resolve)],
        ExcludeCaches = ExcludeCaches,
        ExcludeLargerThan = MyInvocation.BoundParameters.ContainsKey(nameof(ExcludeLargerThan)) ? ExcludeLargerThan : null,
        OneFileSystem = OneFileSystem,
        ChangeTest = Enum.Parse<ChangeTest>(ChangeTest, ignoreCase: true),
        BaseIds = Base is null ? null : [.. Base.Select(reference => BaseId(session, reference))],
        ThrottleLimit = MyInvocation.BoundParameters.ContainsKey(nameof(ThrottleLimit)) ? ThrottleLimit : null,
    };

    private string BaseId(StoreSession session, VtBackupReference reference)
    {
        CheckStore(session, reference.StoreLocation, reference.StoreId, reference);
        return Await(token => BackupCatalog.ResolveAsync(session, reference.Id, new BackupFilter(), token)).Id;
    }

    private void FailForNothing() => Fail(
        _missing ?? new VtException(VtErrorId.PathNotFound, "No path was given, so nothing was backed up. Give at least one file or directory.", MyInvocation.MyCommand.Name));

    // Held back by one: should nothing at all be found, the last of these errors ends the command.
    private void WriteMissing()
    {
        if (_missing is { } missing)
        {
            _missing = null;
            Report(missing);
        }
    }

    private static string Target(StoreSession session) => $"Store '{session.Info.Path}'";

    private static async IAsyncEnumerable<byte[]> Sequence(List<byte[]> paths)
    {
        foreach (byte[] path in paths)
        {
            yield return path;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }
}
