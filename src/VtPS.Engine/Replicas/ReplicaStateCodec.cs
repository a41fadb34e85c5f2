using System.Buffers.Binary;
using System.Text;
using VtPS.Engine.Hashing;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>The binary form of a replica's state file (docs/sync.md): a magic, a version, the replica, the records, the entries on disk, and an XXH3-64 of it all.</summary>
internal static class ReplicaStateCodec
{
    private const int Version = 1;

    /// <summary>About how many bytes an entry takes, so that room for all is made at once.</summary>
    private const int UsualLength = 352;

    private const int MostAtOnce = 1 << 30;

    private const byte AsRecorded = 1;
    private const byte Trusted = 2;
    private const byte HasChanged = 4;

    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'V', (byte)'T', (byte)'Y', 0x0d, 0x0a, 0x1a, 0x0a];

    public static ByteWriter Write(ReplicaState state)
    {
        ByteWriter writer = new(RoomFor(state.History.Records.Count));
        writer.WriteBytes(Magic);
        writer.WriteVarUInt(Version);
        writer.WriteVarUInt(state.History.Replica);
        state.Group.Write(writer);
        writer.WritePrefixed(Encoding.UTF8.GetBytes(state.GroupName));
        writer.WriteVarUInt(state.FolderInode);
        writer.WriteByte(state.IsUnsettled ? (byte)1 : (byte)0);
        state.History.Knowledge.Write(writer);
        writer.WriteVarUInt((ulong)state.History.Records.Count);
        foreach (NodeRecord record in state.History.Records.Values)
        {
            HistoryCodec.Write(writer, record);
        }

        writer.WriteVarUInt((ulong)state.Applied.Entries.Count);
        foreach (AppliedEntry entry in state.Applied.Entries)
        {
            Write(writer, entry, state.History.Find(entry.Id)!);
        }

        Span<byte> checksum = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(checksum, Checksum.Xxh3(writer.Written));
        writer.WriteBytes(checksum);
        return writer;
    }

    /// <summary>How many bytes to make room for at once, for so many entries.</summary>
    internal static int RoomFor(int entries) => (int)Math.Min((64 << 10) + ((long)entries * UsualLength), MostAtOnce);

    /// <exception cref="InvalidDataException">It is damaged, or of a later version.</exception>
    public static ReplicaState Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Magic.Length + 8 || !bytes.StartsWith(Magic) || Checksum.Xxh3(bytes[..^8]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]))
        {
            throw new InvalidDataException("its checksum does not match its content");
        }

        ByteReader reader = new(bytes[Magic.Length..^8]);
        if (reader.ReadVarUInt() != Version)
        {
            throw new InvalidDataException("a later version of VtPS wrote it");
        }

        ulong replica = reader.ReadVarUInt();
        Identity group = Identity.Read(ref reader);
        string groupName = Encoding.UTF8.GetString(reader.ReadPrefixed());
        ulong inode = reader.ReadVarUInt();
        bool isUnsettled = reader.ReadByte() != 0;
        VersionVector knowledge = VersionVector.Read(ref reader);
        int count = reader.ReadInt32();
        Dictionary<NodeId, NodeRecord> records = new(Math.Min(count, bytes.Length / 32));
        for (int i = 0; i < count; i++)
        {
            NodeRecord record = HistoryCodec.Read(ref reader);
            records.Add(record.Id, record);
        }

        int entries = reader.ReadInt32();
        AppliedTree applied = new(Math.Min(entries, bytes.Length / 16));
        for (int i = 0; i < entries; i++)
        {
            applied.Add(ReadEntry(ref reader, records));
        }

        return new ReplicaState { Group = group, GroupName = groupName, FolderInode = inode, IsUnsettled = isUnsettled, History = new History(replica, knowledge, records), Applied = applied };
    }

    private static void Write(ByteWriter writer, AppliedEntry entry, NodeRecord record)
    {
        bool same = entry.Matches(record) && entry.Seen.Equals(record.Seen);
        entry.Id.Write(writer);
        FileFacts facts = entry.Facts;
        writer.WriteByte((byte)((same ? AsRecorded : 0) | (facts.IsTrusted ? Trusted : 0) | (facts.Changed is null ? 0 : HasChanged)));
        writer.WriteVarUInt(facts.Inode);
        writer.WriteVarUInt((ulong)facts.Size);
        writer.WriteVarUInt((ulong)facts.Mode);
        HistoryCodec.Write(writer, facts.Modified);
        if (facts.Changed is { } changed)
        {
            HistoryCodec.Write(writer, changed);
        }

        if (!same)
        {
            entry.Place.Parent.Write(writer);
            writer.WritePrefixed(entry.Place.Name);
            entry.Data.Write(writer);
            HistoryCodec.Write(writer, entry.Attributes);
            entry.Seen.Write(writer);
        }
    }

    private static AppliedEntry ReadEntry(ref ByteReader reader, Dictionary<NodeId, NodeRecord> records)
    {
        NodeId id = NodeId.Read(ref reader);
        byte flags = reader.ReadByte();
        ulong inode = reader.ReadVarUInt();
        long size = reader.ReadLength();
        int mode = reader.ReadInt32();
        FileTime modified = HistoryCodec.ReadTime(ref reader);
        FileTime? changed = (flags & HasChanged) != 0 ? HistoryCodec.ReadTime(ref reader) : null;
        FileFacts facts = new(inode, size, mode, modified, changed, (flags & Trusted) != 0);
        if (!records.TryGetValue(id, out NodeRecord? record))
        {
            throw new InvalidDataException("an entry of the tree has no history");
        }

        if ((flags & AsRecorded) != 0)
        {
            return new AppliedEntry { Id = id, Place = record.Place, Data = record.Data, Attributes = record.Attribute, Seen = record.Seen, Facts = facts };
        }

        Place place = new(NodeId.Read(ref reader), reader.ReadPrefixed().ToArray());
        NodeData data = NodeData.Read(ref reader);
        Attributes attributes = HistoryCodec.ReadAttributes(ref reader);
        return new AppliedEntry { Id = id, Place = place, Data = data, Attributes = attributes, Seen = VersionVector.Read(ref reader), Facts = facts };
    }
}
