using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>A change that a scan found. Its line of the history is made when it is asked for.</summary>
/// <param name="Action">What was done.</param>
/// <param name="Data">What the entry holds, of a deleted one what it held.</param>
/// <param name="Modified">The time of its last write.</param>
/// <param name="Live">The entry on disk; null for a deleted one.</param>
/// <param name="OldPath">Where it was: of a moved or deleted one.</param>
internal sealed record ScanChange(VtSyncActionKind Action, NodeData Data, FileTime Modified, LiveEntry? Live, string? OldPath)
{
    /// <summary>The change as a line of the history.</summary>
    /// <param name="root">The tree's path.</param>
    /// <param name="time">When it was found.</param>
    /// <param name="replica">Which replica it is a change of.</param>
    public VtHistoryEntry ToLine(string root, DateTime time, ulong replica) => new()
    {
        Root = root,
        Time = time,
        IsLocal = true,
        Action = Action,
        Path = Live?.Text ?? OldPath!,
        OldPath = Live is null ? null : OldPath,
        ItemType = Data.Type,
        Length = Data.Length,
        LastWriteTime = Modified.ToLocalTime(),
        Reference = Data.Content?.ToString(),
        Author = Dot.Text(replica),
    };
}
