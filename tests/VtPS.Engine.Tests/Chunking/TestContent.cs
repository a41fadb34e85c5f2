using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace VtPS.Engine.Tests.Chunking;

/// <summary>Contents to cut, the same on every run.</summary>
internal static class TestContent
{
    /// <summary>SHA-256 of "VtPS chunks" and a counter, one after the other.</summary>
    public static byte[] Hashes(int length)
    {
        byte[] data = new byte[length];
        byte[] text = [.. "VtPS chunks"u8, 0, 0, 0, 0];
        for (int i = 0; i < length / 32; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(text.AsSpan(11), i);
            SHA256.HashData(text, data.AsSpan(32 * i, 32));
        }

        return data;
    }

    public static byte[] Random(int length, int seed = 1)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    /// <summary>Lines of made-up words from a small vocabulary, some words far more often than others.</summary>
    public static byte[] Text(int length, int seed = 1)
    {
        Random random = new(seed);
        string[] words = new string[2000];
        for (int i = 0; i < words.Length; i++)
        {
            char[] word = new char[random.Next(2, 11)];
            for (int j = 0; j < word.Length; j++)
            {
                word[j] = (char)('a' + (random.Next(26) * random.Next(26) / 26));
            }

            words[i] = new string(word);
        }

        StringBuilder text = new(length + 16);
        while (text.Length < length)
        {
            double rank = random.NextDouble();
            text.Append(words[(int)(rank * rank * rank * words.Length)]).Append(random.Next(12) == 0 ? '\n' : ' ');
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }
}
