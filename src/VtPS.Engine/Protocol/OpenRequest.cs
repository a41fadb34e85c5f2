using System.Text;
using VtPS.Engine.IO;

namespace VtPS.Engine.Protocol;

/// <summary>What a client wants to speak of: a level (1 byte), whether the Store is to be made (1 byte), and the Store, length-prefixed.</summary>
/// <param name="Level">Objects or blocks.</param>
/// <param name="ForCreation">Whether there is to be a place for a new Store; else there must be a Store.</param>
/// <param name="Store">The path or the name, on the far machine, of the Store or tree; empty for the one that it serves.</param>
internal sealed record OpenRequest(PeerLevel Level, bool ForCreation, string Store)
{
    public byte[] ToBytes()
    {
        ByteWriter writer = new();
        writer.WriteByte((byte)Level);
        writer.WriteByte(ForCreation ? (byte)1 : (byte)0);
        writer.WritePrefixed(Encoding.UTF8.GetBytes(Store));
        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static OpenRequest Read(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        PeerLevel level = (PeerLevel)reader.ReadByte();
        return new OpenRequest(level, reader.ReadByte() != 0, Encoding.UTF8.GetString(reader.ReadPrefixed()));
    }
}
