using VtPS.Engine.IO;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Support;

/// <summary>A backup's tree, read whole.</summary>
internal static class StoredTree
{
    /// <summary>Every entry by its inside path.</summary>
    public static async Task<SortedDictionary<string, TreeEntry>> ReadAsync(TestStore store, VtBackup backup)
    {
        SortedDictionary<string, TreeEntry> entries = new(StringComparer.Ordinal);
        Stack<(string Prefix, VtBlockReference Directory)> open = new([(string.Empty, VtBlockReference.Parse(backup.Root))]);
        while (open.TryPop(out (string Prefix, VtBlockReference Directory) next))
        {
            await foreach (TreeEntry entry in store.Session.Trees.ReadDirectoryAsync(next.Directory, default))
            {
                string path = next.Prefix + PathText.Format(entry.Name);
                entries.Add(path, entry);
                if (entry.Type == VtItemType.Directory)
                {
                    open.Push((path + "/", entry.Content!));
                }
            }
        }

        return entries;
    }

    /// <summary>Fails unless every file of the backup has just the content of the live file at its path below a folder; the number of files.</summary>
    public static async Task<int> CheckFilesAsync(TestStore store, VtBackup backup, string folder)
    {
        int count = 0;
        foreach ((string path, TreeEntry entry) in await ReadAsync(store, backup))
        {
            if (entry.Type == VtItemType.File)
            {
                byte[] stored = new byte[entry.Size];
                Assert.Equal(entry.Size, await store.Session.Trees.ReadAsync(entry.Content!, 0, stored, default));
                byte[] live = await File.ReadAllBytesAsync(Path.Combine(folder, path));
                Assert.True(stored.AsSpan().SequenceEqual(live), path);
                count++;
            }
        }

        return count;
    }
}
