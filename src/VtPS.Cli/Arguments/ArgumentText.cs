using System.Buffers;
using System.Text;
using VtPS.Engine.IO;

namespace VtPS.Cli.Arguments;

/// <summary>
/// Command-line words that keep every byte: .NET replaces bytes that are not UTF-8, so on Linux they are read again from the kernel
/// and each such byte 0x80 to 0xFF is held as the lone surrogate U+DC80 to U+DCFF until a path is made of the word.
/// </summary>
internal static class ArgumentText
{
    private const char FirstByteMark = '\uDC80';
    private const char LastByteMark = '\uDCFF';

    /// <summary>The words of this process, from the kernel where it tells them; else as .NET gave them.</summary>
    /// <param name="args">The words that .NET gave.</param>
    public static string[] Recover(string[] args)
    {
        if (!OperatingSystem.IsLinux() || !HasReplacement(args))
        {
            return args;
        }

        byte[] all;
        try
        {
            all = File.ReadAllBytes("/proc/self/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return args;
        }

        return FromCommandLine(all, args);
    }

    /// <summary>The last words of a NUL-ended list, as many as .NET gave; those words themselves where the two do not fit together.</summary>
    /// <param name="commandLine">Every word of the process, each ended by a zero byte.</param>
    /// <param name="args">The words that .NET gave.</param>
    public static string[] FromCommandLine(byte[] commandLine, string[] args)
    {
        List<Range> words = [];
        int start = 0;
        for (int i = 0; i < commandLine.Length; i++)
        {
            if (commandLine[i] == 0)
            {
                words.Add(start..i);
                start = i + 1;
            }
        }

        if (words.Count < args.Length)
        {
            return args;
        }

        string[] recovered = new string[args.Length];
        for (int i = 0; i < args.Length; i++)
        {
            ReadOnlySpan<byte> word = commandLine.AsSpan(words[words.Count - args.Length + i]);
            recovered[i] = Decode(word);

            // A word that is text must be the one .NET gave, or this is another command line than ours.
            if (IsText(recovered[i]) && recovered[i] != args[i])
            {
                return args;
            }
        }

        return recovered;
    }

    /// <summary>The text of some bytes, those that are not UTF-8 as lone surrogates.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int used);
            if (status == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (byte b in bytes[..used])
                {
                    text.Append((char)(FirstByteMark + (b - 0x80)));
                }
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a word: what <see cref="Decode"/> was given.</summary>
    public static byte[] Encode(string word)
    {
        if (OperatingSystem.IsWindows())
        {
            return FileSystem.Current.GetBytes(word);
        }

        ArrayBufferWriter<byte> bytes = new(word.Length + 8);
        ReadOnlySpan<char> rest = word;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int used) == OperationStatus.Done)
            {
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            }
            else
            {
                bytes.Write(IsByteMark(rest[0]) ? [(byte)(rest[0] - FirstByteMark + 0x80)] : "\uFFFD"u8);
            }

            rest = rest[used..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Whether the word holds no byte that is not UTF-8.</summary>
    public static bool IsText(string word)
    {
        for (int i = 0; i < word.Length; i++)
        {
            if (char.IsHighSurrogate(word[i]) && i + 1 < word.Length && char.IsLowSurrogate(word[i + 1]))
            {
                i++;
            }
            else if (IsByteMark(word[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The word in the escaped text form of paths inside a backup: raw bytes as <c>\xNN</c>, what is escaped already as it is.</summary>
    public static string ToInsidePath(string word)
    {
        if (IsText(word))
        {
            return word;
        }

        StringBuilder text = new(word.Length + 16);
        for (int i = 0; i < word.Length; i++)
        {
            if (char.IsHighSurrogate(word[i]) && i + 1 < word.Length && char.IsLowSurrogate(word[i + 1]))
            {
                text.Append(word[i]).Append(word[++i]);
            }
            else if (IsByteMark(word[i]))
            {
                text.Append("\\x").Append(Convert.ToHexStringLower([(byte)(word[i] - FirstByteMark + 0x80)]));
            }
            else
            {
                text.Append(word[i]);
            }
        }

        return text.ToString();
    }

    private static bool IsByteMark(char c) => c is >= FirstByteMark and <= LastByteMark;

    private static bool HasReplacement(string[] args)
    {
        foreach (string arg in args)
        {
            if (arg.Contains('\uFFFD') || !IsText(arg))
            {
                return true;
            }
        }

        return false;
    }
}
