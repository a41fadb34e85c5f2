using VtPS.Engine.Groups;
using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>What both sides of a sync keep to.</summary>
internal sealed record SyncTerms
{
    /// <summary>The group that both belong to from now on.</summary>
    public Identity Group { get; init; }

    /// <summary>Its name; empty where it has none.</summary>
    public string GroupName { get; init; } = string.Empty;

    /// <summary>Whether this side must take a new replica id: the other has seen changes under the present one that it does not know, or goes by the same.</summary>
    public bool Renew { get; init; }

    /// <summary>Whether what is replaced or deleted is kept.</summary>
    public bool KeepRevisions { get; init; } = true;

    /// <summary>How long it is kept: an age in its text form; empty: for ever.</summary>
    public string RevisionAge { get; init; } = string.Empty;

    /// <summary>What the other side is called, for the history.</summary>
    public string Peer { get; init; } = string.Empty;

    /// <summary>What the other side says that it is.</summary>
    public GroupMember Member { get; init; } = new(0, string.Empty, string.Empty);
}
