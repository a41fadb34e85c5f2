using VtPS.Engine.Blocks;
using VtPS.Engine.IO;

namespace VtPS.Engine.Trees;

/// <summary>
/// The binary form of directory entries: a length, and in it fields of tag, length and value in the order of tags. Fields at their default are left out;
/// fields of unknown tags survive. A directory's content is its entries in the order of name bytes, one after the other.
/// </summary>
internal static class TreeEntryCodec
{
    private const int NameTag = 1;
    private const int TypeTag = 2;
    private const int ModeTag = 3;
    private const int UserIdTag = 4;
    private const int GroupIdTag = 5;
    private const int UserNameTag = 6;
    private const int GroupNameTag = 7;
    private const int ModifiedTag = 8;
    private const int SizeTag = 9;
    private const int ContentTag = 10;
    private const int LinkTargetTag = 11;
    private const int DeviceTag = 12;
    private const int LinkGroupTag = 13;
    private const int AttributesTag = 14;
    private const int FlagsTag = 15;
    private const int WindowsAttributesTag = 16;
    private const int LastKnownTag = WindowsAttributesTag;

    /// <summary>
    /// The most that an entry's extended attributes may come to, in bytes as <see cref="SizeOf"/> counts them: an entry with more would not fit a block.
    /// </summary>
    public const int MaximumAttributes = (8 << 20) - (64 << 10);

    private const ulong SparseFlag = 1;
    private const ulong ChangedWhileReadFlag = 2;

    /// <summary>Appends an entry.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="scratch">A buffer of the caller's for the values in hand.</param>
    public static void Write(ByteWriter writer, TreeEntry entry, ByteWriter scratch)
    {
        scratch.Clear();
        WriteField(scratch, NameTag, entry.Name);
        WriteNumber(scratch, TypeTag, (ulong)entry.Type);
        WriteNumber(scratch, ModeTag, (ulong)entry.Mode);
        WriteNumber(scratch, UserIdTag, entry.UserId);
        WriteNumber(scratch, GroupIdTag, entry.GroupId);
        WriteText(scratch, UserNameTag, entry.UserName);
        WriteText(scratch, GroupNameTag, entry.GroupName);
        ulong seconds = (ulong)((entry.Modified.Seconds << 1) ^ (entry.Modified.Seconds >> 63));
        scratch.WriteVarUInt(ModifiedTag);
        scratch.WriteVarUInt((ulong)(ByteWriter.SizeOfVarUInt(seconds) + ByteWriter.SizeOfVarUInt((ulong)entry.Modified.Nanoseconds)));
        scratch.WriteVarUInt(seconds);
        scratch.WriteVarUInt((ulong)entry.Modified.Nanoseconds);
        WriteNumber(scratch, SizeTag, (ulong)entry.Size);
        if (entry.Content is { } content)
        {
            scratch.WriteVarUInt(ContentTag);
            scratch.WriteVarUInt((ulong)BlockReferenceCodec.Length(content));
            BlockReferenceCodec.Write(scratch, content);
        }

        if (entry.LinkTarget is { } target)
        {
            WriteField(scratch, LinkTargetTag, target);
        }

        if ((entry.DeviceMajor | entry.DeviceMinor) != 0)
        {
            scratch.WriteVarUInt(DeviceTag);
            scratch.WriteVarUInt((ulong)(ByteWriter.SizeOfVarUInt(entry.DeviceMajor) + ByteWriter.SizeOfVarUInt(entry.DeviceMinor)));
            scratch.WriteVarUInt(entry.DeviceMajor);
            scratch.WriteVarUInt(entry.DeviceMinor);
        }

        if (entry.LinkGroup is { } group)
        {
            WriteField(scratch, LinkGroupTag, group);
        }

        WriteAttributes(scratch, entry.ExtendedAttributes);
        WriteNumber(scratch, FlagsTag, (entry.Sparse ? SparseFlag : 0) | (entry.ChangedWhileRead ? ChangedWhileReadFlag : 0));
        WriteNumber(scratch, WindowsAttributesTag, entry.WindowsAttributes);
        foreach ((int tag, byte[] value) in entry.UnknownFields)
        {
            WriteField(scratch, tag, value);
        }

        writer.WritePrefixed(scratch.Written);
    }

    /// <summary>Reads the next entry.</summary>
    /// <exception cref="InvalidDataException">The bytes are no entry.</exception>
    /// <exception cref="VtException">UnsafePath for a name that no entry may have.</exception>
    public static TreeEntry Read(ref ByteReader reader)
    {
        ByteReader body = new(reader.ReadPrefixed());
        byte[] name = [];
        VtItemType type = 0;
        int mode = 0;
        uint userId = 0;
        uint groupId = 0;
        string? userName = null;
        string? groupName = null;
        FileTime modified = default;
        long size = 0;
        VtBlockReference? content = null;
        byte[]? target = null;
        uint major = 0;
        uint minor = 0;
        byte[]? group = null;
        ExtendedAttribute[] attributes = [];
        ulong flags = 0;
        uint windows = 0;
        List<(int, byte[])>? unknown = null;
        int last = 0;
        while (!body.IsEmpty)
        {
            int tag = body.ReadInt32();
            if (tag <= last)
            {
                throw new InvalidDataException("An entry's fields are out of order.");
            }

            last = tag;
            ByteReader value = new(body.ReadPrefixed());
            switch (tag)
            {
                case NameTag: name = value.Rest.ToArray(); break;
                case TypeTag: type = (VtItemType)value.ReadInt32(); break;
                case ModeTag: mode = value.ReadInt32(); break;
                case UserIdTag: userId = value.ReadUInt32(); break;
                case GroupIdTag: groupId = value.ReadUInt32(); break;
                case UserNameTag: userName = OwnerNames.Get(value.Rest); break;
                case GroupNameTag: groupName = OwnerNames.Get(value.Rest); break;
                case ModifiedTag: modified = ReadTime(ref value); break;
                case SizeTag: size = value.ReadLength(); break;
                case ContentTag: content = BlockReferenceCodec.Read(ref value); break;
                case LinkTargetTag: target = value.Rest.ToArray(); break;
                case DeviceTag: major = value.ReadUInt32(); minor = value.ReadUInt32(); break;
                case LinkGroupTag: group = value.Rest.ToArray(); break;
                case AttributesTag: attributes = ReadAttributes(ref value); break;
                case FlagsTag: flags = value.ReadVarUInt(); break;
                case WindowsAttributesTag: windows = value.ReadUInt32(); break;
                default: (unknown ??= []).Add((tag, value.Rest.ToArray())); break;
            }
        }

        CheckName(name);
        if (type is < VtItemType.File or > VtItemType.BlockDevice)
        {
            throw new InvalidDataException($"The entry '{PathText.Format(name)}' is of type {(int)type}, which this version does not know.");
        }

        if (type is VtItemType.File or VtItemType.Directory && content is null)
        {
            throw new InvalidDataException($"The entry '{PathText.Format(name)}' has no content.");
        }

        if (type == VtItemType.File && content!.Length != size)
        {
            throw new InvalidDataException($"The entry '{PathText.Format(name)}' says {size} bytes, its content {content.Length}.");
        }

        return new TreeEntry
        {
            Name = name,
            Type = type,
            Mode = mode & 0xFFF,
            UserId = userId,
            GroupId = groupId,
            UserName = userName,
            GroupName = groupName,
            Modified = modified,
            Size = size,
            Content = content,
            LinkTarget = target,
            DeviceMajor = major,
            DeviceMinor = minor,
            LinkGroup = group,
            ExtendedAttributes = attributes,
            Sparse = (flags & SparseFlag) != 0,
            ChangedWhileRead = (flags & ChangedWhileReadFlag) != 0,
            WindowsAttributes = windows,
            UnknownFields = unknown?.ToArray() ?? [],
        };
    }

    /// <summary>Refuses a name that would lead a restore somewhere else.</summary>
    public static void CheckName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.IndexOfAny((byte)'/', (byte)0) >= 0)
        {
            throw new VtException(VtErrorId.UnsafePath, $"A directory in the Store has an entry named '{PathText.Format(name)}', which is not a file name. It was not made by VtPS; nothing below it is read.", PathText.Format(name));
        }
    }

    /// <summary>How many bytes an entry's extended attributes take.</summary>
    public static long SizeOf(ExtendedAttribute[] attributes)
    {
        long length = 0;
        foreach (ExtendedAttribute attribute in attributes)
        {
            length += ByteWriter.SizeOfVarUInt((ulong)attribute.Name.Length) + attribute.Name.Length
                + ByteWriter.SizeOfVarUInt((ulong)attribute.Value.Length) + attribute.Value.Length;
        }

        return length;
    }

    private static void WriteField(ByteWriter writer, int tag, ReadOnlySpan<byte> value)
    {
        writer.WriteVarUInt((ulong)tag);
        writer.WritePrefixed(value);
    }

    private static void WriteNumber(ByteWriter writer, int tag, ulong value)
    {
        if (value != 0)
        {
            writer.WriteVarUInt((ulong)tag);
            writer.WriteVarUInt((ulong)ByteWriter.SizeOfVarUInt(value));
            writer.WriteVarUInt(value);
        }
    }

    private static void WriteText(ByteWriter writer, int tag, string? text)
    {
        if (text is not null)
        {
            WriteField(writer, tag, OwnerNames.Bytes(text));
        }
    }

    private static void WriteAttributes(ByteWriter writer, ExtendedAttribute[] attributes)
    {
        if (attributes.Length == 0)
        {
            return;
        }

        writer.WriteVarUInt(AttributesTag);
        writer.WriteVarUInt((ulong)SizeOf(attributes));
        foreach (ExtendedAttribute attribute in attributes)
        {
            writer.WritePrefixed(attribute.Name);
            writer.WritePrefixed(attribute.Value);
        }
    }

    private static ExtendedAttribute[] ReadAttributes(ref ByteReader value)
    {
        List<ExtendedAttribute> attributes = [];
        while (!value.IsEmpty)
        {
            byte[] name = value.ReadPrefixed().ToArray();
            attributes.Add(new ExtendedAttribute(name, value.ReadPrefixed().ToArray()));
        }

        return [.. attributes];
    }

    private static FileTime ReadTime(ref ByteReader value)
    {
        long seconds = value.ReadVarInt();
        int nanoseconds = value.ReadInt32();
        return nanoseconds < 1_000_000_000 ? new FileTime(seconds, nanoseconds) : throw new InvalidDataException("An entry's time has more than 999,999,999 nanoseconds.");
    }
}
