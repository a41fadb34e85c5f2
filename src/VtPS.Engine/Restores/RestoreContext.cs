using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>What the threads of one restore share. Safe for use by many threads.</summary>
internal sealed class RestoreContext : IDisposable
{
    // errno of a full medium or quota, and the code of Windows, as IOException carries them.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int DiskFull = unchecked((int)0x80070070);

    private readonly CancellationTokenSource _stop;
    private readonly List<string> _damaged = [];
    private readonly string _temporaryPrefix = ".vtps-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private long _temporaryCount;

    public RestoreContext(ITreeReader trees, VtHashName hashName, RestoreRequest request, IOperationObserver observer, RestorePlan? totals, CancellationToken cancellationToken)
    {
        Trees = trees;
        HashName = hashName;
        Request = request;
        Observer = observer;
        Counters = new RestoreCounters();
        Progress = new RestoreProgress(observer, Counters, totals);
        Owners = new OwnerMap(FileSystem.Current, request.NumericId);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _stop.Token;
    }

    public ITreeReader Trees { get; }

    public VtHashName HashName { get; }

    public RestoreRequest Request { get; }

    public IOperationObserver Observer { get; }

    public RestoreCounters Counters { get; }

    public RestoreProgress Progress { get; }

    public RestoreWarnings Warnings { get; } = new();

    public OwnerMap Owners { get; }

    public LinkGroups Links { get; } = new();

    public DirectoryPool Pool { get; } = new();

    /// <summary>Cancelled when the caller cancels, and when the restore ends itself.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether the restore ended itself: a full destination, or damage with <see cref="OnDamage.Stop"/>.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Which of the backups is in hand; units of work are done one after the other.</summary>
    public int BackupNumber { get; set; }

    /// <summary>Destination directories that several directories of backups come together in; null where there can be none.</summary>
    public HashSet<UInt128>? MergedDirectories { get; init; }

    /// <summary>The damaged files so far, in no order.</summary>
    public string[] Damaged
    {
        get
        {
            lock (_damaged)
            {
                return [.. _damaged];
            }
        }
    }

    /// <summary>Whether an error says that blocks are missing, damaged or of a kind that this version does not know, and not that the Store cannot be read at all.</summary>
    public static bool IsDamage(VtException e) =>
        e.ErrorId is VtErrorId.BlockNotFound or VtErrorId.BlockDamaged or VtErrorId.DataFileDamaged or VtErrorId.StoreFormatUnsupported or VtErrorId.CodecUnavailable;

    /// <summary>A name for a file in the making; none is given twice.</summary>
    public byte[] NewTemporaryName() =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_temporaryPrefix}{Interlocked.Increment(ref _temporaryCount):x}.part"));

    /// <summary>Ends the restore: threads stop at the next item or block.</summary>
    public void Stop()
    {
        IsStopped = true;
        _stop.Cancel();
    }

    /// <summary>Reports an error about an item.</summary>
    public void Report(VtErrorId id, string message, string target, Exception? cause = null)
    {
        Interlocked.Increment(ref Counters.Errors);
        Observer.OnError(new VtError(id, message, target, cause));
    }

    /// <summary>Reports that the destination refused an item. A full destination ends the restore.</summary>
    public void ReportFailure(string path, Exception e)
    {
        bool denied = e is FileSystemException { Reason: FileSystemReason.Denied } or UnauthorizedAccessException;
        if (e is FileSystemException { Reason: FileSystemReason.Full } || (e is IOException && e.HResult is NoSpace or QuotaExceeded or DiskFull))
        {
            if (!Token.IsCancellationRequested)
            {
                Report(VtErrorId.DestinationWriteFailed, $"'{path}' was not restored because the destination is full, and the restore ended there. Make room and restore again: what is there already is not written twice.", path, e);
                Stop();
            }

            return;
        }

        Report(
            denied ? VtErrorId.DestinationDenied : VtErrorId.DestinationWriteFailed,
            denied
                ? $"'{path}' was not restored: {e.Message} Get the right to write there, or restore to another folder."
                : $"'{path}' was not restored: {e.Message} Check the destination's file system and restore this item again.",
            path,
            e);
    }

    /// <summary>Reports that there is something else in an item's place.</summary>
    public void ReportDiffers(string path, string what) =>
        Report(VtErrorId.DestinationDiffers, $"'{path}' was not restored: {what} Use -Force to replace what is there, or restore to another folder.", path);

    /// <summary>Notes an item that was restored with damage or left out for it, reports it, and ends the restore if that was asked for.</summary>
    /// <param name="path">The item.</param>
    /// <param name="what">What became of it, as a sentence.</param>
    /// <param name="e">What was wrong.</param>
    public void ReportDamage(string path, string what, VtException e)
    {
        lock (_damaged)
        {
            _damaged.Add(path);
        }

        Report(e.ErrorId, $"{what} {e.Message}", path, e);
        if (Request.OnDamage == OnDamage.Stop)
        {
            Stop();
        }
    }

    /// <summary>Gives the observer a row, where rows are wanted.</summary>
    public void GiveRow(ItemPath path, TreeEntry entry, VtFileAction action, long written)
    {
        if (Observer.WantsItems)
        {
            Observer.OnItem(new VtFileResult
            {
                Path = path.ToString(),
                ItemType = entry.Type,
                Action = action,
                Length = entry.Type == VtItemType.File ? entry.Size : 0,
                BytesProcessed = written,
            });
        }
    }

    public void Dispose()
    {
        Pool.Dispose();
        _stop.Dispose();
    }
}
