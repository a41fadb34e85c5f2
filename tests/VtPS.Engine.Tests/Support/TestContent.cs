using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;

namespace VtPS.Engine.Tests.Support;

/// <summary>Bytes for tests: reproducible, and such that neither compression nor deduplication shortens them.</summary>
internal static class TestContent
{
    private const int BufferLength = 1 << 20;

    /// <summary>The UTF-8 bytes of a text.</summary>
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Random bytes that depend on the seed alone.</summary>
    public static byte[] Random(int length, ulong seed)
    {
        byte[] bytes = new byte[length];
        ulong state = Start(seed);
        Fill(bytes, ref state);
        return bytes;
    }

    /// <summary>Writes random bytes that depend on the seed alone into an open file.</summary>
    public static void WriteRandom(SafeFileHandle file, long offset, long length, ulong seed)
    {
        byte[] buffer = new byte[(int)Math.Min(length, BufferLength)];
        ulong state = Start(seed);
        while (length > 0)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(length, buffer.Length));
            Fill(part, ref state);
            RandomAccess.Write(file, part, offset);
            offset += part.Length;
            length -= part.Length;
        }
    }

    /// <summary>Makes a file with content in an open directory.</summary>
    public static void CreateFile(DirectoryHandle directory, byte[] name, ReadOnlySpan<byte> content, int mode = 0x1a4)
    {
        using SafeFileHandle file = directory.CreateFile(name, mode);
        RandomAccess.Write(file, content, 0);
    }

    private static ulong Start(ulong seed) => (seed * 0x9e3779b97f4a7c15) ^ 0x2545f4914f6cdd1d;

    // Xorshift64*: fast, and good enough to look random.
    private static void Fill(Span<byte> bytes, ref ulong state)
    {
        ulong x = state;
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
        {
            x ^= x >> 12;
            x ^= x << 25;
            x ^= x >> 27;
            words[i] = x * 0x2545f4914f6cdd1d;
        }

        for (int i = words.Length * 8; i < bytes.Length; i++)
        {
            x ^= x >> 12;
            x ^= x << 25;
            x ^= x >> 27;
            bytes[i] = (byte)((x * 0x2545f4914f6cdd1d) >> 56);
        }

        state = x;
    }
}
