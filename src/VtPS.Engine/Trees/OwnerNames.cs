using System.Collections.Concurrent;
using System.Text;

namespace VtPS.Engine.Trees;

/// <summary>The few names of users and groups that come back in every entry, as one string and one array each. Safe for use by many threads.</summary>
internal static class OwnerNames
{
    private const int Most = 4096;
    private static readonly ConcurrentDictionary<string, byte[]> BytesOf = new(StringComparer.Ordinal);
    private static string? _last;

    /// <summary>The UTF-8 bytes of a name. Not to be changed.</summary>
    public static byte[] Bytes(string name) =>
        BytesOf.TryGetValue(name, out byte[]? bytes) ? bytes
        : BytesOf.Count < Most ? BytesOf.GetOrAdd(name, Encoding.UTF8.GetBytes) : Encoding.UTF8.GetBytes(name);

    /// <summary>The string of a name's UTF-8 bytes.</summary>
    public static string Get(ReadOnlySpan<byte> bytes)
    {
        string? last = Volatile.Read(ref _last);
        if (last is not null && bytes.SequenceEqual(Bytes(last)))
        {
            return last;
        }

        string name = Encoding.UTF8.GetString(bytes);
        Volatile.Write(ref _last, name);
        return name;
    }
}
