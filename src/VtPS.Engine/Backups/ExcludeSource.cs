using System.Text;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Rules;

namespace VtPS.Engine.Backups;

/// <summary>Where rules and tags of what is left out come from.</summary>
internal static class ExcludeSource
{
    private const int MaximumIgnoreFile = 4 << 20;

    /// <summary>The name of a directory's own file of rules.</summary>
    public static ReadOnlySpan<byte> IgnoreFile => ".vtignore"u8;

    /// <summary>The name of the tag of a cache directory.</summary>
    public static ReadOnlySpan<byte> CacheTag => "CACHEDIR.TAG"u8;

    private static ReadOnlySpan<byte> CacheSignature => "Signature: 8a477f597d28d172789f06886806bc55"u8;

    /// <summary>The rules of a request: those of its files first, those given one by one after them.</summary>
    /// <exception cref="VtException">PathNotFound for a file of rules that cannot be read.</exception>
    public static RuleSet Read(BackupRequest request)
    {
        List<string> lines = [];
        foreach (string path in request.ExcludeFrom)
        {
            try
            {
                lines.AddRange(File.ReadAllLines(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new VtException(VtErrorId.PathNotFound, $"The file of rules '{path}' cannot be read: {e.Message}", path, e);
            }
        }

        lines.AddRange(request.Exclude);
        return lines.Count == 0 ? RuleSet.Empty : RuleSet.Parse(lines, "the rules given");
    }

    /// <summary>The rules in a directory's own file. One that cannot be read rules nothing out; it is reported where it is backed up itself.</summary>
    public static RuleSet ReadLocal(DirectoryHandle directory, byte[] name)
    {
        try
        {
            return ReadRules(directory, name);
        }
        catch (IOException)
        {
            return RuleSet.Empty;
        }
    }

    private static RuleSet ReadRules(DirectoryHandle directory, byte[] name)
    {
        using SafeFileHandle file = directory.OpenFile(name);
        FileStatus status = directory.GetStatus(file);
        if (status.Type != VtItemType.File)
        {
            return RuleSet.Empty;
        }

        byte[] bytes = new byte[Math.Min(status.Size, MaximumIgnoreFile)];
        int length = RandomAccess.Read(file, bytes, 0);
        return RuleSet.Parse(Encoding.UTF8.GetString(bytes, 0, length).Split('\n'), ".vtignore");
    }

    /// <summary>Whether a directory's cache tag is a valid one.</summary>
    public static bool IsCacheTag(DirectoryHandle directory)
    {
        try
        {
            using SafeFileHandle file = directory.OpenFile(CacheTag.ToArray());
            Span<byte> head = stackalloc byte[43];
            return directory.GetStatus(file).Type == VtItemType.File && RandomAccess.Read(file, head, 0) == head.Length && head.SequenceEqual(CacheSignature);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
