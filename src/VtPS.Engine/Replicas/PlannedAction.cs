using VtPS.Engine.Histories;

namespace VtPS.Engine.Replicas;

/// <summary>One thing to be done to a tree, and what became of it.</summary>
internal sealed class PlannedAction
{
    public required VtSyncActionKind Kind { get; init; }

    /// <summary>The entry as the history has it.</summary>
    public required NodeRecord Record { get; init; }

    /// <summary>The path in the tree afterwards (Delete: before), in the escaped text form.</summary>
    public required string Path { get; init; }

    /// <summary>For Move: the path before.</summary>
    public string? OldPath { get; init; }

    public VtSyncActionStatus Status { get; private set; }

    public string? Reason { get; private set; }

    /// <summary>Whether the entry is to be made.</summary>
    public bool IsMake => Kind is VtSyncActionKind.Create or VtSyncActionKind.Copy or VtSyncActionKind.Undelete or VtSyncActionKind.Conflict;

    public void Done() => Status = VtSyncActionStatus.Done;

    /// <summary>It is left for the next sync.</summary>
    public void Wait(string reason) => (Status, Reason) = (VtSyncActionStatus.Waiting, reason);

    public void Fail(string reason) => (Status, Reason) = (VtSyncActionStatus.Failed, reason);

    /// <summary>The same as a row for the user.</summary>
    public VtSyncAction ToRow(VtSyncSide side) => new()
    {
        Action = Kind,
        Side = side,
        Path = Path,
        OldPath = OldPath,
        ItemType = Record.Data.Type,
        Length = Record.Data.Length,
        LastWriteTime = Record.Attribute.Modified.ToLocalTime(),
        Author = Dot.Text(Record.Author),
        Status = Status,
        Reason = Reason,
    };
}
