using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.IO;

/// <summary>Holds the test support itself to what the other tests take from it.</summary>
public sealed class NastyTreeTests
{
    [UnixFact]
    public void A_nasty_tree_equals_itself_and_is_removed_wholly()
    {
        string path;
        using (TempFolder folder = new())
        {
            path = folder.Path;
            NastyTree tree = NastyTree.Create(folder.CreateFolder("tree"), new NastyTreeOptions { WithSocket = true });
            TreeComparer comparer = new();

            Assert.Empty(comparer.Run(folder.CombineBytes("tree"), folder.CombineBytes("tree")));
            Assert.True(comparer.EntryCount > 5500, $"{comparer.EntryCount} entries");
            if (NastyTree.IsRoot)
            {
                Assert.Empty(tree.LeftOut);
            }
        }

        Assert.False(Directory.Exists(path));
    }

    [UnixFact]
    public void Two_nasty_trees_of_the_same_options_are_equal()
    {
        using TempFolder folder = new();
        NastyTreeOptions options = new() { ManyEntries = 10 };
        NastyTree.Create(folder.CreateFolder("left"), options with { WithSocket = true });
        NastyTree.Create(folder.CreateFolder("right"), options);
        using (DirectoryHandle left = FileSystem.Current.OpenDirectory(folder.CombineBytes("left")))
        using (DirectoryHandle right = FileSystem.Current.OpenDirectory(folder.CombineBytes("right")))
        {
            Align(left, right);
        }

        Assert.Empty(TreeComparer.Compare(folder.Combine("left"), folder.Combine("right")));
    }

    /// <summary>Gives entries whose time is the moment they were made the same time in both trees.</summary>
    private static void Align(DirectoryHandle left, DirectoryHandle right)
    {
        FileStatus status = left.GetStatus();
        foreach (DirectoryEntryName entry in right.List())
        {
            if (entry.Type == VtItemType.Directory)
            {
                using DirectoryHandle leftChild = left.OpenDirectory(entry.Name);
                using DirectoryHandle rightChild = right.OpenDirectory(entry.Name);
                Align(leftChild, rightChild);
            }
            else
            {
                right.SetModified(entry.Name, left.GetStatus(entry.Name).Modified);
            }
        }

        right.SetModified(null, status.Modified);
    }
}
