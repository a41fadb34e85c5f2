using VtPS.Engine.IO;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Replicas;

/// <summary>
/// The state folder of a tree, <c>.vt</c> in its root: the state file, and the folders of what is on its way into the tree or out of it. While one is open no other process
/// syncs the tree. Whatever is written gets a new name first and is durable before it gets its own.
/// </summary>
internal sealed class ReplicaFolder : IDisposable
{
    /// <summary>The name of the state file.</summary>
    public const string StateName = "state";

    private const string LockName = "lock";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly List<FileStream> _locks = [];
    private readonly string _place;

    private ReplicaFolder(string root, string? store)
    {
        Root = root;
        if (new DirectoryInfo(Path).LinkTarget is not null)
        {
            throw new VtException(VtErrorId.UnsafePath, $"'{Path}' is a symbolic link. What is on its way into a tree must lie in the tree. Remove the link, and name the place for all else with -Store (--store).", Path);
        }

        _place = ReplicaPlace.Find(root, store, state => Read(state).FolderInode == Inode());
    }

    /// <summary>The tree's root: a full path.</summary>
    public string Root { get; }

    /// <summary>The folder in the tree.</summary>
    public string Path => System.IO.Path.Join(Root, ".vt");

    /// <summary>Content that was fetched and waits for its place, by digest.</summary>
    public string Staging => System.IO.Path.Join(Path, "staging");

    /// <summary>Content of entries that a sync which was cut off had parked, by digest.</summary>
    public string Recovered => System.IO.Path.Join(Path, "recovered");

    /// <summary>Entries on their way from one place to another, by identity.</summary>
    public string Parked => System.IO.Path.Join(Path, "parked");

    /// <summary>What was replaced or deleted, until it is in the Store of revisions.</summary>
    public string Revisions => System.IO.Path.Join(Path, "revisions");

    /// <summary>The Store of revisions.</summary>
    public string Store => System.IO.Path.Join(_place, "store");

    /// <summary>The history as users read it.</summary>
    public string Log => System.IO.Path.Join(_place, "history.ndjson");

    /// <summary>How the tree stands.</summary>
    public string Status => System.IO.Path.Join(_place, "status.json");

    private string LockFile => System.IO.Path.Join(Path, LockName);

    private string StateFile => System.IO.Path.Join(_place, StateName);

    /// <summary>Opens the state folder of a tree.</summary>
    /// <param name="root">The tree's root: a full path.</param>
    /// <param name="readOnly">Makes and locks nothing: for a look at what would be done.</param>
    /// <param name="store">Where the tree keeps what lasts, see <see cref="ReplicaPlace"/>: a full path; null: where it is.</param>
    /// <exception cref="VtException">PathNotFound: there is no such folder; StoreBusy: another process syncs it; DestinationDenied; InvalidArgument: it keeps it elsewhere; UnsafePath.</exception>
    public static ReplicaFolder Open(string root, bool readOnly, string? store = null)
    {
        if (!Directory.Exists(root))
        {
            throw new VtException(VtErrorId.PathNotFound, $"There is no folder '{root}'. Make it first: a disk that is not mounted must not become a new tree.", root);
        }

        ReplicaFolder folder = new(root, store);
        if (readOnly)
        {
            return folder;
        }

        try
        {
            foreach (string path in (string[])[folder.Path, folder._place])
            {
                DurableFolders.Create(path);
                if (folder._locks.Count == 0 || path != folder.Path)
                {
                    folder._locks.Add(Lock(System.IO.Path.Join(path, LockName)));
                }
            }

            return folder;
        }
        catch (UnauthorizedAccessException e)
        {
            folder.Dispose();
            throw new VtException(VtErrorId.DestinationDenied, $"'{folder.Path}' or '{folder._place}' cannot be written: {e.Message} Run it as a user who may.", folder.Path, e);
        }
        catch (IOException e) when (File.Exists(folder.LockFile))
        {
            folder.Dispose();
            throw new VtException(VtErrorId.StoreBusy, $"'{root}' is being synced by another process. Run it again when that is done.", root, e);
        }
    }

    /// <summary>Reads the state; a new one where there is none. In a copy of a tree, and in one that was brought back, it goes by a new replica id.</summary>
    /// <exception cref="VtException">BlockDamaged; InvalidArgument: the state lies elsewhere, and is that of another tree.</exception>
    public ReplicaState Load()
    {
        ReplicaState state = File.Exists(StateFile) ? Read(StateFile) : ReplicaState.Create();
        if (state.FolderInode != 0 && state.FolderInode != Inode())
        {
            if (_place != Path)
            {
                throw new VtException(VtErrorId.InvalidArgument, $"'{_place}' is the Store of another tree than '{Root}', or this one was copied or brought back since. Name an empty folder for a Store of its own with -Store (--store): the tree is then merged as one that was never synced.", _place);
            }

            state.History.Replica = Histories.History.NewReplica();
        }

        if (_locks.Count > 0 && state.FolderInode != 0)
        {
            ReplicaPlace.Note(Root, _place);
        }

        return state;
    }

    /// <summary>Saves the state: once this returns, it outlives a power cut; until then the one before does.</summary>
    public void Save(ReplicaState state)
    {
        state.FolderInode = Inode();
        string fresh = StateFile + ".new";
        using (FileStream file = new(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            file.Write(ReplicaStateCodec.Write(state).Written);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, StateFile, overwrite: true);
        DurableFolders.FlushNames(_place);
        ReplicaPlace.Note(Root, _place);
    }

    /// <summary>Whether a process syncs the tree at this moment.</summary>
    public bool IsBusy()
    {
        try
        {
            using FileStream held = new(LockFile, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Makes one of the folders and opens it.</summary>
    public static DirectoryHandle OpenFolder(string path)
    {
        Directory.CreateDirectory(path);
        return FileSystem.Current.OpenDirectory(FileSystem.Current.GetBytes(path), followLast: false);
    }

    public void Dispose() => _locks.ForEach(held => held.Dispose());

    private static ReplicaState Read(string path)
    {
        try
        {
            return ReplicaStateCodec.Read(File.ReadAllBytes(path));
        }
        catch (InvalidDataException e)
        {
            throw new VtException(VtErrorId.BlockDamaged, $"'{path}' is damaged: {e.Message}. Move it away: the next sync then compares both trees as the first one did. Nothing is lost by that; what was deleted since may come back.", path, e);
        }
    }

    /// <summary>Takes the lock. A process that serves the tree needs a moment to see that its client has gone.</summary>
    private static FileStream Lock(string path)
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (System.Diagnostics.Stopwatch.GetElapsedTime(began) < Patience)
            {
                Thread.Sleep(20);
            }
        }
    }

    private ulong Inode()
    {
        if (!Directory.Exists(Path))
        {
            return 0;
        }

        using DirectoryHandle handle = FileSystem.Current.OpenDirectory(FileSystem.Current.GetBytes(Path));
        return handle.GetStatus().Inode;
    }
}
