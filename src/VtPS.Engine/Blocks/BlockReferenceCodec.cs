using VtPS.Engine.IO;

namespace VtPS.Engine.Blocks;

/// <summary>
/// The binary form of block references: a length, and in it the kind and what that kind needs; bytes after those are kept for later versions and passed over.
/// </summary>
internal static class BlockReferenceCodec
{
    /// <summary>Writes a reference with its length before it.</summary>
    public static void Write(ByteWriter writer, VtBlockReference reference)
    {
        writer.WriteVarUInt((ulong)BodyLength(reference));
        writer.WriteByte((byte)reference.Kind);
        switch (reference.Kind)
        {
            case VtBlockKind.Hash or VtBlockKind.Indirect:
                writer.WriteVarUInt((ulong)reference.Length);
                writer.WriteByte((byte)reference.Hash!.Name);
                writer.WriteBytes(reference.Hash.Span);
                break;
            case VtBlockKind.Literal:
                writer.WritePrefixed(reference.LiteralBytes);
                break;
            default:
                writer.WriteByte(reference.RunByte);
                writer.WriteVarUInt((ulong)reference.Length);
                break;
        }
    }

    /// <summary>How many bytes <see cref="Write"/> takes.</summary>
    public static int Length(VtBlockReference reference)
    {
        int body = BodyLength(reference);
        return ByteWriter.SizeOfVarUInt((ulong)body) + body;
    }

    /// <summary>Reads a reference with its length before it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no reference.</exception>
    /// <exception cref="VtException">StoreFormatUnsupported: the reference is of a kind or hash that this version does not know.</exception>
    public static VtBlockReference Read(ref ByteReader reader)
    {
        ByteReader body = new(reader.ReadPrefixed());
        byte kind = body.ReadByte();
        switch ((VtBlockKind)kind)
        {
            case VtBlockKind.Hash or VtBlockKind.Indirect:
                long length = body.ReadLength();
                VtHashName name = (VtHashName)body.ReadByte();
                if (name is < VtHashName.Sha256 or > VtHashName.Sha3_256)
                {
                    throw new VtException(VtErrorId.StoreFormatUnsupported, $"A block reference names the hash function {(int)name}, which this version does not know. Use a newer version of VtPS.");
                }

                VtHash hash = new(name, body.ReadBytes(VtHashNames.Size(name)).ToArray());
                return (VtBlockKind)kind == VtBlockKind.Hash ? VtBlockReference.OfHash(hash, length) : VtBlockReference.OfIndirect(hash, length);
            case VtBlockKind.Literal:
                ReadOnlySpan<byte> content = body.ReadPrefixed();
                return content.Length <= VtBlockReference.MaximumLiteral
                    ? VtBlockReference.OfLiteral(content)
                    : throw new InvalidDataException("A literal in the data is longer than a literal can be.");
            case VtBlockKind.Run:
                byte value = body.ReadByte();
                long span = body.ReadLength();
                return span > 0 ? VtBlockReference.OfRun(value, span) : throw new InvalidDataException("A run in the data is empty.");
            default:
                throw new VtException(VtErrorId.StoreFormatUnsupported, $"A block reference is of kind {kind}, which this version does not know. Use a newer version of VtPS.");
        }
    }

    private static int BodyLength(VtBlockReference reference) => reference.Kind switch
    {
        VtBlockKind.Hash or VtBlockKind.Indirect => 2 + ByteWriter.SizeOfVarUInt((ulong)reference.Length) + reference.Hash!.Length,
        VtBlockKind.Literal => 1 + ByteWriter.SizeOfVarUInt((ulong)reference.Length) + (int)reference.Length,
        _ => 2 + ByteWriter.SizeOfVarUInt((ulong)reference.Length),
    };
}
