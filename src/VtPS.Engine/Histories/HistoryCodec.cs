using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Histories;

/// <summary>
/// The binary form of records, in state files and between peers (docs/sync.md). A record whose parts were all written by its one change says so in a flag;
/// else each part has its own dots. For one thread at a time.
/// </summary>
internal static class HistoryCodec
{
    private const byte OneChange = 1;
    private const byte IsWeak = 1;
    private const byte IsSame = 2;
    private const byte HasFor = 4;

    /// <summary>Whether a name in the root is <c>.vt</c>, in either case: it belongs to VtPS, is never synced, and some file systems take <c>.VT</c> for the same.</summary>
    public static bool IsStateName(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(name, ".vt"u8);

    public static void Write(ByteWriter writer, NodeRecord record)
    {
        Dot dot = record.Seen.Dots[0];
        bool one = record.Seen.Dots.Length == 1 && record.Life is [var life] && life == dot && IsOne(record.Places, dot) && IsOne(record.Contents, dot) && IsOne(record.Attributes, dot);
        writer.WriteByte(one ? OneChange : (byte)0);
        record.Id.Write(writer);
        record.Seen.Write(writer);
        if (!one)
        {
            writer.WriteVarUInt((ulong)record.Life.Length);
            foreach (Dot alive in record.Life)
            {
                Write(writer, alive);
            }
        }

        Begin(writer, one, record.Places.Length);
        foreach (Sibling<Place> sibling in record.Places)
        {
            Begin(writer, one, sibling.Dot);
            sibling.Value.Parent.Write(writer);
            writer.WritePrefixed(sibling.Value.Name);
        }

        Begin(writer, one, record.Contents.Length);
        NodeData? last = null;
        foreach (Sibling<Content> sibling in record.Contents)
        {
            Content content = sibling.Value;
            Begin(writer, one, sibling.Dot);
            bool isSame = content.Data.Equals(last);
            writer.WriteByte((byte)((content.IsWeak ? IsWeak : 0) | (isSame ? IsSame : 0) | (content.For is null ? 0 : HasFor)));
            if (content.For is { } stead)
            {
                Write(writer, stead);
            }

            if (!isSame)
            {
                content.Data.Write(writer);
            }

            Write(writer, content.Written);
            last = content.Data;
        }

        Begin(writer, one, record.Attributes.Length);
        foreach (Sibling<Attributes> sibling in record.Attributes)
        {
            Begin(writer, one, sibling.Dot);
            Write(writer, sibling.Value);
        }
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    /// <exception cref="VtException">UnsafePath: a name that no entry may have.</exception>
    public static NodeRecord Read(ref ByteReader reader)
    {
        bool one = reader.ReadByte() == OneChange;
        NodeId id = NodeId.Read(ref reader);
        VersionVector seen = VersionVector.Read(ref reader);
        if (id.IsRoot || seen.Dots.Length == 0)
        {
            throw new InvalidDataException("A record of a history has no identity, or no change.");
        }

        Dot dot = seen.Dots[0];
        Dot[] life = one ? [dot] : new Dot[Count(ref reader)];
        for (int i = 0; i < life.Length && !one; i++)
        {
            life[i] = ReadDot(ref reader);
        }

        Sibling<Place>[] places = new Sibling<Place>[one ? 1 : Count(ref reader)];
        for (int i = 0; i < places.Length; i++)
        {
            Dot by = one ? dot : ReadDot(ref reader);
            NodeId parent = NodeId.Read(ref reader);
            byte[] name = reader.ReadPrefixed().ToArray();
            TreeEntryCodec.CheckName(name);
            if (parent.IsRoot && IsStateName(name))
            {
                throw new VtException(VtErrorId.UnsafePath, "A history names '.vt', where the tree keeps the history itself. It was not made by VtPS; nothing of it is taken in.", ".vt");
            }

            places[i] = new(by, new Place(parent, name));
        }

        Sibling<Content>[] contents = new Sibling<Content>[one ? 1 : Count(ref reader)];
        for (int i = 0; i < contents.Length; i++)
        {
            Dot by = one ? dot : ReadDot(ref reader);
            byte flags = reader.ReadByte();
            Dot? stead = (flags & HasFor) != 0 ? ReadDot(ref reader) : null;
            NodeData data = (flags & IsSame) == 0 ? NodeData.Read(ref reader) : i > 0 ? contents[i - 1].Value.Data : throw new InvalidDataException("A record of a history refers to a content before its first.");
            contents[i] = new(by, new Content(data, ReadTime(ref reader), (flags & IsWeak) != 0, stead));
        }

        Sibling<Attributes>[] attributes = new Sibling<Attributes>[one ? 1 : Count(ref reader)];
        for (int i = 0; i < attributes.Length; i++)
        {
            Dot by = one ? dot : ReadDot(ref reader);
            attributes[i] = new(by, ReadAttributes(ref reader));
        }

        if (places.Length == 0 || contents.Length == 0 || attributes.Length == 0)
        {
            throw new InvalidDataException("A record of a history lacks a part.");
        }

        return new NodeRecord { Id = id, Seen = seen, Life = life, Places = places, Contents = contents, Attributes = attributes };
    }

    public static void Write(ByteWriter writer, in Attributes attributes)
    {
        writer.WriteVarUInt((ulong)attributes.Mode);
        Write(writer, attributes.Modified);
    }

    public static Attributes ReadAttributes(ref ByteReader reader)
    {
        int mode = reader.ReadInt32() & 0x1FF;
        return new Attributes(mode, ReadTime(ref reader));
    }

    public static void Write(ByteWriter writer, FileTime time)
    {
        writer.WriteVarInt(time.Seconds);
        writer.WriteVarUInt((ulong)time.Nanoseconds);
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static FileTime ReadTime(ref ByteReader reader)
    {
        long seconds = reader.ReadVarInt();
        int nanoseconds = reader.ReadInt32();
        return nanoseconds < 1_000_000_000 ? new FileTime(seconds, nanoseconds) : throw new InvalidDataException("A time has more than 999,999,999 nanoseconds.");
    }

    private static bool IsOne<T>(Sibling<T>[] siblings, Dot dot) => siblings.Length == 1 && siblings[0].Dot == dot;

    private static void Begin(ByteWriter writer, bool one, int count)
    {
        if (!one)
        {
            writer.WriteVarUInt((ulong)count);
        }
    }

    private static void Begin(ByteWriter writer, bool one, Dot dot)
    {
        if (!one)
        {
            Write(writer, dot);
        }
    }

    private static void Write(ByteWriter writer, Dot dot)
    {
        writer.WriteVarUInt(dot.Replica);
        writer.WriteVarUInt((ulong)dot.Counter);
    }

    private static Dot ReadDot(ref ByteReader reader) => new(reader.ReadVarUInt(), reader.ReadLength());

    private static int Count(ref ByteReader reader)
    {
        int count = reader.ReadInt32();
        return count <= 10_000 ? count : throw new InvalidDataException("A record of a history has too many parts.");
    }
}
