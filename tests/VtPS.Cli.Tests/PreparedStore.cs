using System.Collections.Concurrent;

namespace VtPS.Cli.Tests;

/// <summary>
/// A Store that vt has made once for all tests, with so many backups of the small tree; each test gets a copy. The backups have the paths of the tree that they were
/// made from, which is gone: a test that goes back to its sources makes a backup of its own.
/// </summary>
internal sealed class PreparedStore : Workplace
{
    private static readonly ConcurrentDictionary<int, Lazy<PreparedStore>> Made = new();

    private readonly FolderCopy _tree;
    private readonly FolderCopy _store;

    private PreparedStore(int backups)
    {
        Succeed("init", "--store", StorePath);
        string[] subset = backups > 1 ? ["--subset", "s"] : [];
        List<string> ids = [];
        for (int i = 0; i < backups; i++)
        {
            switch (i)
            {
                case 0:
                    WriteTree();
                    break;
                case 1:
                    WriteFile("src/sub/deep/c.bin", RandomBytes(4, 700_000));
                    break;
            }

            // Times in units of 100 ns, as copies have them.
            new FolderCopy(At("src")).WriteTo(At("src"));
            ids.Add(BackUp(["src", .. subset, .. i == 0 && backups > 1 ? ["--tag", "old"] : (string[])[]]));
        }

        Ids = [.. ids];
        _store = new FolderCopy(StorePath);
        _tree = new FolderCopy(At("src"));
        Dispose();
    }

    /// <summary>The backups, oldest first.</summary>
    public string[] Ids { get; }

    /// <summary>The Store with so many backups: the first has the tag "old" where it is not the only one, and another c.bin than those after it.</summary>
    public static PreparedStore With(int backups) =>
        Made.GetOrAdd(backups, static count => new Lazy<PreparedStore>(() => new PreparedStore(count))).Value;

    /// <summary>Writes the tree, as it was at the last backup, and the Store.</summary>
    public void WriteTo(string tree, string store)
    {
        _tree.WriteTo(tree);
        _store.WriteTo(store);
    }
}
