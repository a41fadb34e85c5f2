using VtPS.Engine.IO;

namespace VtPS.Engine.Serving;

/// <summary>The payloads of requests and answers of the Blocks level. Numbers are unsigned LEB128; hashes are their bare bytes, of the Store's hash.</summary>
internal static class BlockMessages
{
    /// <summary>The most windows that one request names.</summary>
    public const int MaximumWindows = 4096;

    /// <summary>Hashes, one after the other.</summary>
    public static byte[] Hashes(IReadOnlyList<VtHash> hashes)
    {
        ByteWriter writer = new(hashes.Count * 32);
        foreach (VtHash hash in hashes)
        {
            writer.WriteBytes(hash.Span);
        }

        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">The last one is cut off.</exception>
    public static List<VtHash> ReadHashes(ReadOnlySpan<byte> bytes, VtHashName name)
    {
        int size = VtHashNames.Size(name);
        if (bytes.Length % size != 0)
        {
            throw new InvalidDataException("A hash is cut off.");
        }

        List<VtHash> hashes = new(bytes.Length / size);
        for (; !bytes.IsEmpty; bytes = bytes[size..])
        {
            hashes.Add(new VtHash(name, bytes[..size].ToArray()));
        }

        return hashes;
    }

    /// <summary>Windows of one depth: the depth, then each window's number.</summary>
    public static byte[] Windows(int depth, ReadOnlySpan<uint> windows)
    {
        ByteWriter writer = new(1 + (windows.Length * 5));
        writer.WriteByte((byte)depth);
        foreach (uint window in windows)
        {
            writer.WriteVarUInt(window);
        }

        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">They are too many, do not rise, or are none that can be.</exception>
    public static (int Depth, uint[] Windows) ReadWindows(ReadOnlySpan<byte> bytes, int maximumDepth)
    {
        ByteReader reader = new(bytes);
        int depth = reader.ReadByte();
        List<uint> windows = [];
        while (!reader.IsEmpty && windows.Count <= MaximumWindows)
        {
            uint window = reader.ReadUInt32();
            if (windows.Count > 0 && window <= windows[^1])
            {
                throw new InvalidDataException("The windows' numbers do not rise.");
            }

            windows.Add(window);
        }

        return depth <= maximumDepth && windows.Count <= MaximumWindows && (windows.Count == 0 || windows[^1] < 1UL << (4 * depth))
            ? (depth, [.. windows])
            : throw new InvalidDataException("There are no such windows.");
    }
}
