using VtPS.Engine.Blocks;
using VtPS.Engine.IO;

namespace VtPS.Engine.Trees;

/// <summary>
/// The binary form of side-cars: for each entry a length, and in it flags (1: trusted, 2: a change time follows, 4: a directory's side-car follows),
/// the inode, the change time (seconds in zigzag form, nanoseconds) and the reference of the directory's side-car. Bytes after those are passed over.
/// </summary>
internal static class SideCarCodec
{
    private const byte TrustedFlag = 1;
    private const byte ChangedFlag = 2;
    private const byte DirectoryFlag = 4;

    public static void Write(ByteWriter writer, in SideEntry entry, ByteWriter scratch)
    {
        scratch.Clear();
        scratch.WriteByte((byte)((entry.Trusted ? TrustedFlag : 0) | (entry.Changed is null ? 0 : ChangedFlag) | (entry.Directory is null ? 0 : DirectoryFlag)));
        scratch.WriteVarUInt(entry.Inode);
        if (entry.Changed is { } changed)
        {
            scratch.WriteVarInt(changed.Seconds);
            scratch.WriteVarUInt((ulong)changed.Nanoseconds);
        }

        if (entry.Directory is { } directory)
        {
            BlockReferenceCodec.Write(scratch, directory);
        }

        writer.WritePrefixed(scratch.Written);
    }

    /// <exception cref="InvalidDataException">The bytes are no side-car entry.</exception>
    public static SideEntry Read(ref ByteReader reader)
    {
        ByteReader body = new(reader.ReadPrefixed());
        byte flags = body.ReadByte();
        ulong inode = body.ReadVarUInt();
        FileTime? changed = null;
        if ((flags & ChangedFlag) != 0)
        {
            long seconds = body.ReadVarInt();
            changed = new FileTime(seconds, body.ReadInt32());
        }

        VtBlockReference? directory = (flags & DirectoryFlag) != 0 ? BlockReferenceCodec.Read(ref body) : null;
        return new SideEntry((flags & TrustedFlag) != 0, changed, inode, directory);
    }

    /// <summary>The side-cars of the directories in a side-car's content.</summary>
    /// <exception cref="InvalidDataException">The bytes are no side-car.</exception>
    public static List<VtBlockReference> ReadDirectories(ReadOnlySpan<byte> content)
    {
        List<VtBlockReference> directories = [];
        ByteReader reader = new(content);
        while (!reader.IsEmpty)
        {
            if (Read(ref reader).Directory is { } directory)
            {
                directories.Add(directory);
            }
        }

        return directories;
    }
}
