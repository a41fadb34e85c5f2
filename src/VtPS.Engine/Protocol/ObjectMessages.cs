using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Protocol;

/// <summary>The payloads of requests and answers of the Objects level. Numbers are unsigned LEB128, texts length-prefixed UTF-8.</summary>
internal static class ObjectMessages
{
    /// <summary>The longest that an object's name can be here, in bytes.</summary>
    public const int MaximumName = 1024;

    public static byte[] Text(string text)
    {
        ByteWriter writer = new(text.Length + 4);
        WriteText(writer, text);
        return writer.Written.ToArray();
    }

    public static byte[] Texts(string first, string second)
    {
        ByteWriter writer = new(first.Length + second.Length + 8);
        WriteText(writer, first);
        WriteText(writer, second);
        return writer.Written.ToArray();
    }

    public static byte[] Number(ulong number)
    {
        ByteWriter writer = new(10);
        writer.WriteVarUInt(number);
        return writer.Written.ToArray();
    }

    /// <summary>A read: name, offset, most bytes.</summary>
    public static byte[] Read(string name, long offset, int count)
    {
        ByteWriter writer = new(name.Length + 20);
        WriteText(writer, name);
        writer.WriteVarUInt((ulong)offset);
        writer.WriteVarUInt((ulong)count);
        return writer.Written.ToArray();
    }

    /// <summary>One object of a listing: name, length.</summary>
    public static void WriteInfo(ByteWriter writer, in ObjectInfo info)
    {
        WriteText(writer, info.Name);
        writer.WriteVarUInt((ulong)info.Length);
    }

    /// <summary>As many whole objects of a listing as the bytes hold.</summary>
    /// <returns>How many bytes they took.</returns>
    /// <exception cref="InvalidDataException">A name is too long, or a length out of range.</exception>
    public static int ReadInfos(ReadOnlySpan<byte> bytes, List<ObjectInfo> infos)
    {
        ByteReader reader = new(bytes);
        int taken = 0;
        while (!reader.IsEmpty)
        {
            if (!IsWhole(reader.Rest))
            {
                break;
            }

            string name = ReadText(ref reader);
            infos.Add(new ObjectInfo(name, reader.ReadLength()));
            taken = bytes.Length - reader.Rest.Length;
        }

        return taken;
    }

    public static void WriteText(ByteWriter writer, string text)
    {
        Span<byte> bytes = stackalloc byte[MaximumName];
        if (text.Length > MaximumName || !Encoding.UTF8.TryGetBytes(text, bytes, out int length))
        {
            throw new ArgumentException($"'{text}' is too long a name.", nameof(text));
        }

        writer.WritePrefixed(bytes[..length]);
    }

    /// <exception cref="InvalidDataException">It is too long or cut off.</exception>
    public static string ReadText(ref ByteReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadPrefixed();
        return bytes.Length <= MaximumName ? Encoding.UTF8.GetString(bytes) : throw new InvalidDataException("A name is too long.");
    }

    /// <summary>Whether a text and a number stand here to their ends.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        // Two bytes of a length, the text, and up to ten of a number: only the last few objects of a piece need a closer look.
        if (bytes.Length >= MaximumName + 12)
        {
            return true;
        }

        try
        {
            ByteReader reader = new(bytes);
            reader.ReadPrefixed();
            reader.ReadVarUInt();
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
