using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// What the creation of a Store leaves in its folder when it is cut short: unfinished files in <c>tmp</c> and, of an encrypted one, objects in <c>keys</c>,
/// but no store.json.
/// </summary>
internal static class UnfinishedCreation
{
    private const string Keys = "keys";

    /// <summary>Whether nothing else is in a folder; true for an empty one, too.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static bool IsAll(string folder)
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
        {
            bool known = Path.GetFileName(entry) switch
            {
                ObjectNames.Unfinished => HoldsOnly(entry, IsUnfinished),
                Keys => HoldsOnly(entry, static name => IsKey(StoreNames.Keys + name)),
                _ => false,
            };
            if (!known)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether there are keys. They are not told from a copy of another Store's keys, and those of a creation that still goes on look the same.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static bool HasKeys(string folder)
    {
        string keys = Path.Combine(folder, Keys);
        return Directory.Exists(keys) && Directory.EnumerateFileSystemEntries(keys).Any();
    }

    private static bool HoldsOnly(string folder, Predicate<string> isKnown) =>
        Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).All(entry => File.Exists(entry) && isKnown(Path.GetFileName(entry)));

    private static bool IsUnfinished(string name) =>
        name.Split('.') is [var owner, _] && DataFileId.TryParse(owner, out _);

    private static bool IsKey(string name) =>
        EpochRecord.TryParseName(name, out _, out _) || (StoreNames.TryParseNumbered(StoreNames.Keys, name, out _, out long number) && number == 0);
}
