using VtPS.Engine.Histories;

namespace VtPS.Engine.Replicas;

/// <summary>An entry of the tree as it lies on disk: as a scan found it, or a sync made it.</summary>
internal sealed class AppliedEntry
{
    public required NodeId Id { get; init; }

    public required Place Place { get; set; }

    public required NodeData Data { get; set; }

    public required Attributes Attributes { get; set; }

    /// <summary>The changes that what lies on disk takes in. A change of the history that is not among them has not reached the disk yet.</summary>
    public required VersionVector Seen { get; set; }

    public required FileFacts Facts { get; set; }

    /// <summary>Whether what lies on disk is what a record says.</summary>
    public bool Matches(NodeRecord record) =>
        record.IsAlive && Place.Equals(record.Place) && Data.Equals(record.Data) && Attributes == record.Attribute;
}
