using System.Security.Cryptography;
using VtPS.Engine.Blocks;
using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>What an entry is and holds. Two are equal when type, content and target are. Immutable.</summary>
/// <param name="Type">File, Directory or SymbolicLink.</param>
/// <param name="Content">A file's content; null for anything else.</param>
/// <param name="Target">A symbolic link's target; null for anything else.</param>
internal sealed record NodeData(VtItemType Type, VtBlockReference? Content, byte[]? Target)
{
    public static NodeData Directory { get; } = new(VtItemType.Directory, null, null);

    public bool IsDirectory => Type == VtItemType.Directory;

    /// <summary>A file's size in bytes; else 0.</summary>
    public long Length => Content?.Length ?? 0;

    /// <summary>Whether the history itself holds all of it: there is no content to be copied or fetched.</summary>
    public bool IsInReference => Type != VtItemType.File || Content!.Kind is VtBlockKind.Literal or VtBlockKind.Run;

    public static NodeData File(VtBlockReference content) => new(VtItemType.File, content, null);

    public static NodeData Link(byte[] target) => new(VtItemType.SymbolicLink, null, target);

    /// <summary>The SHA-256 of the binary form: names content in staging folders and conflict copies.</summary>
    public byte[] Digest()
    {
        ByteWriter writer = new();
        Write(writer);
        return SHA256.HashData(writer.Written);
    }

    public void Write(ByteWriter writer)
    {
        writer.WriteByte((byte)Type);
        if (Type == VtItemType.File)
        {
            BlockReferenceCodec.Write(writer, Content!);
        }
        else if (Type == VtItemType.SymbolicLink)
        {
            writer.WritePrefixed(Target);
        }
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static NodeData Read(ref ByteReader reader)
    {
        VtItemType type = (VtItemType)reader.ReadByte();
        return type switch
        {
            VtItemType.File => File(BlockReferenceCodec.Read(ref reader)),
            VtItemType.Directory => Directory,
            VtItemType.SymbolicLink => Link(reader.ReadPrefixed().ToArray()),
            _ => throw new InvalidDataException($"An entry of a history is of type {(int)type}, which this version does not know."),
        };
    }

    public bool Equals(NodeData? other) =>
        ReferenceEquals(this, other) || (other is not null && Type == other.Type && Equals(Content, other.Content) && Target.AsSpan().SequenceEqual(other.Target));

    public override int GetHashCode() => HashCode.Combine(Type, Content, Target?.Length);
}
