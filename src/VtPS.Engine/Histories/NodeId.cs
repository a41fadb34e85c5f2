using System.Security.Cryptography;
using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>
/// The identity of an entry, which it keeps when it is edited, renamed or moved. It is computed from where and as what the entry was made, so that the same file made on two
/// peers that know nothing of each other is one entry, and so that conflict copies have one identity everywhere.
/// </summary>
internal readonly record struct NodeId(Identity Value) : IComparable<NodeId>
{
    /// <summary>The root of the tree; it has no record.</summary>
    public static NodeId Root => default;

    public bool IsRoot => Value == default;

    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <summary>The identity of an entry that is made.</summary>
    /// <param name="parent">The folder that it is made in.</param>
    /// <param name="name">Its name.</param>
    /// <param name="data">What it is and holds; a folder counts as empty.</param>
    /// <param name="number">0; if another entry has that identity and lies elsewhere by now, 1, and so on.</param>
    public static NodeId OfNew(NodeId parent, ReadOnlySpan<byte> name, NodeData data, int number)
    {
        ByteWriter writer = new();
        parent.Write(writer);
        writer.WritePrefixed(name);
        data.Write(writer);
        writer.WriteVarUInt((ulong)number);
        return Hash(writer);
    }

    /// <summary>The identity of the copy that keeps what lost a conflict over an entry's content.</summary>
    public static NodeId OfConflict(NodeId entry, NodeData data)
    {
        ByteWriter writer = new();
        writer.WriteBytes("conflict"u8);
        entry.Write(writer);
        data.Write(writer);
        return Hash(writer);
    }

    public void Write(ByteWriter writer) => Value.Write(writer);

    public bool Equals(NodeId other) => Value.Equals(other.Value);

    public override int GetHashCode() => Value.GetHashCode();

    public override string ToString() => Value.ToString();

    /// <exception cref="InvalidDataException">The bytes end too early.</exception>
    public static NodeId Read(ref ByteReader reader) => new(Identity.Read(ref reader));

    private static NodeId Hash(ByteWriter writer) => new(Identity.Of(SHA256.HashData(writer.Written)));
}
