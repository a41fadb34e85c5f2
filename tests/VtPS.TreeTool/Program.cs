using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;

// The suite's own tree maker and walker for the tests that are scripts:
//   VtPS.TreeTool make FOLDER [LARGEST-BYTES]     makes a tree with everything that a file system can hold; says what it had to leave out
//   VtPS.TreeTool compare LEFT RIGHT              prints the differences; exit code 1 if there are any
//   VtPS.TreeTool remove FOLDER                   removes a tree with names and depths that other tools fail on
switch (args)
{
    case ["make", string folder, .. string[] rest] when rest.Length <= 1:
        Directory.CreateDirectory(folder);
        NastyTree tree = NastyTree.Create(folder, new NastyTreeOptions { WithSocket = true, LargestFile = rest is [string largest] ? long.Parse(largest, null) : 2 << 20 });
        foreach (string left in tree.LeftOut)
        {
            Console.WriteLine($"left out: {left}");
        }

        return 0;

    case ["compare", string left, string right]:
        TreeComparer comparer = new();
        List<string> differences = comparer.Run(FileSystem.Current.GetBytes(left), FileSystem.Current.GetBytes(right));
        foreach (string difference in differences)
        {
            Console.WriteLine(difference);
        }

        Console.WriteLine($"{comparer.EntryCount} entries, {differences.Count} differences");
        return differences.Count == 0 ? 0 : 1;

    case ["remove", string folder]:
        string full = Path.GetFullPath(folder);
        using (DirectoryHandle parent = FileSystem.Current.OpenDirectory(FileSystem.Current.GetBytes(Path.GetDirectoryName(full)!)))
        {
            TreeRemover.Remove(parent, FileSystem.Current.GetBytes(Path.GetFileName(full)));
        }

        return 0;

    default:
        Console.Error.WriteLine("usage: VtPS.TreeTool make FOLDER [LARGEST-BYTES] | compare LEFT RIGHT | remove FOLDER");
        return 2;
}
