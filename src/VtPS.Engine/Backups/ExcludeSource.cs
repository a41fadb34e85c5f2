using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Rules;

namespace VtPS.Engine.Backups;

/// <summary>Where rules and tags of what is left out come from.</summary>
internal static class ExcludeSource
{
    private const int MaximumIgnoreFile = 4 << 20;

    /// <summary>The name of a directory's own file of rules.</summary>
    private static ReadOnlySpan<byte> IgnoreFile => ".vtignore"u8;

    /// <summary>The name of the tag of a cache directory.</summary>
    public static ReadOnlySpan<byte> CacheTag => "CACHEDIR.TAG"u8;

    private static ReadOnlySpan<byte> CacheSignature => "Signature: 8a477f597d28d172789f06886806bc55"u8;

    /// <summary>The request with the rules of its files in front of those given one by one.</summary>
    /// <exception cref="VtException">PathNotFound for a file of rules that cannot be read.</exception>
    public static BackupRequest ReadFiles(BackupRequest request)
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
        return request with { Exclude = lines, ExcludeFrom = [] };
    }

    /// <summary>The rules of a command.</summary>
    public static RuleSet Parse(IReadOnlyList<string> lines) => lines.Count == 0 ? RuleSet.Empty : RuleSet.Parse(lines, "the rules given");

    /// <summary>What a directory itself says of what is left out: its own rules, and whether it is tagged as a cache.</summary>
    public static (RuleSet? Local, bool IsCache) Look(DirectoryHandle directory, List<DirectoryEntryName> names, bool caches)
    {
        RuleSet? local = null;
        bool isCache = false;
        foreach (DirectoryEntryName name in names)
        {
            if (name.Name.AsSpan().SequenceEqual(IgnoreFile))
            {
                local = ReadLocal(directory, name.Name);
            }
            else if (caches && name.Name.AsSpan().SequenceEqual(CacheTag))
            {
                isCache = IsCacheTag(directory);
            }
        }

        return (local, isCache);
    }

    /// <summary>The rules in a directory's own file. One that cannot be read rules nothing out; it is reported where it is backed up itself.</summary>
    private static RuleSet ReadLocal(DirectoryHandle directory, byte[] name)
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
        return RuleSet.Parse(bytes.AsSpan(0, length), ".vtignore");
    }

    /// <summary>Whether a directory's cache tag is a valid one.</summary>
    private static bool IsCacheTag(DirectoryHandle directory)
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
