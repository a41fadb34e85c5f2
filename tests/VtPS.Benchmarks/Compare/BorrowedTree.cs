namespace VtPS.Benchmarks.Compare;

/// <summary>A tree that is moved to the path at which every tool sees it, and moved back at the end; after a run that was killed, by the next one.</summary>
internal sealed class BorrowedTree : IDisposable
{
    private readonly string _origin;
    private readonly string _note;

    /// <summary>Moves a tree.</summary>
    public BorrowedTree(string origin, string work)
    {
        _origin = origin;
        _note = NoteIn(work);
        Path = PathIn(work);
        File.WriteAllText(_note, origin);
        Directory.Move(origin, Path);
    }

    /// <summary>Where the tree is now.</summary>
    public string Path { get; }

    /// <summary>Moves back what a run that was killed left in its folder.</summary>
    public static void Return(string work)
    {
        if (Directory.Exists(PathIn(work)))
        {
            Directory.Move(PathIn(work), File.ReadAllText(NoteIn(work)));
        }
    }

    public void Dispose()
    {
        Directory.Move(Path, _origin);
        File.Delete(_note);
    }

    private static string PathIn(string work) => System.IO.Path.Combine(work, "tree");

    private static string NoteIn(string work) => System.IO.Path.Combine(work, "tree-belongs-at");
}
