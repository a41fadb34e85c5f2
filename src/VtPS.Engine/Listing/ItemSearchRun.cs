using System.IO.Hashing;
using System.Runtime.CompilerServices;
using VtPS.Engine.Blocks;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Listing;

/// <summary>
/// One search. What a directory gave is remembered by its reference (and by its path, where the pattern is for paths),
/// so that a directory that a later backup shares is not read again. For one thread.
/// </summary>
internal sealed class ItemSearchRun
{
    /// <summary>So many entries are remembered at most; directories with finds beyond that are read again.</summary>
    private const int MostRemembered = 200_000;

    private readonly ITreeReader _trees;
    private readonly IBlockReader _blocks;
    private readonly ItemSearchRequest _request;
    private readonly Action<VtException> _onDamaged;
    private readonly PathPattern? _pattern;
    private readonly FileTime? _since;
    private readonly FileTime? _before;
    private readonly Dictionary<UInt128, List<Found>> _known = [];
    private readonly HashSet<VtHash> _withoutHash = [];
    private int _remembered;

    public ItemSearchRun(ITreeReader trees, IBlockReader blocks, ItemSearchRequest request, Action<VtException> onDamaged)
    {
        _trees = trees;
        _blocks = blocks;
        _request = request;
        _onDamaged = onDamaged;
        _pattern = request.Path is null ? null : PathPattern.Parse(request.Path);
        _since = ToFileTime(request.Since);
        _before = ToFileTime(request.Before);
    }

    /// <summary>The items found, backup by backup, each directory before what is below it.</summary>
    public async IAsyncEnumerable<VtItem> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (VtBackup backup in _request.Backups)
        {
            Stack<Frame> stack = new();
            try
            {
                Push(stack, TreePath.Top, VtBlockReference.Parse(backup.Root), _pattern?.Start ?? 0, cancellationToken);
                while (stack.TryPeek(out Frame? frame))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!await MoveNextAsync(frame, backup).ConfigureAwait(false))
                    {
                        stack.Pop();
                        await CloseAsync(frame, stack).ConfigureAwait(false);
                        continue;
                    }

                    TreeEntry entry = frame.Entry;
                    frame.IsFound = frame.Known is not null ? frame.WasFound : await MatchesAsync(entry, frame, backup, cancellationToken).ConfigureAwait(false);
                    if (frame.IsFound)
                    {
                        yield return VtItemFactory.Create(backup, frame.Path, entry);
                    }

                    frame.HasBelow = false;
                    if (entry is { Type: VtItemType.Directory, Content: not null })
                    {
                        ulong places = _pattern?.Enter(frame.Places, entry.Name) ?? 0;
                        if ((_pattern is null || _pattern.CanMatchBelow(places))
                            && Push(stack, frame.Path.Enter(entry.Name), entry.Content, places, cancellationToken))
                        {
                            continue;
                        }
                    }

                    frame.Note();
                }
            }
            finally
            {
                while (stack.TryPop(out Frame? left))
                {
                    await left.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private static FileTime? ToFileTime(DateTime? time)
    {
        if (time is null)
        {
            return null;
        }

        long ticks = time.Value.ToUniversalTime().Ticks - DateTime.UnixEpoch.Ticks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        return rest < 0 ? new FileTime(seconds - 1, (int)(rest + TimeSpan.TicksPerSecond) * 100) : new FileTime(seconds, (int)rest * 100);
    }

    /// <summary>Goes into a directory, unless it is known that nothing is found there.</summary>
    private bool Push(Stack<Frame> stack, TreePath path, VtBlockReference directory, ulong places, CancellationToken cancellationToken)
    {
        if (directory.Length == 0)
        {
            return false;
        }

        UInt128 key = Key(directory, path);
        if (_known.TryGetValue(key, out List<Found>? known))
        {
            if (known.Count > 0)
            {
                stack.Push(new Frame(path, key, places, known, null));
            }

            return known.Count > 0;
        }

        stack.Push(new Frame(path, key, places, null, _trees.ReadDirectoryAsync(directory, cancellationToken).GetAsyncEnumerator(cancellationToken)));
        return true;
    }

    private async ValueTask<bool> MoveNextAsync(Frame frame, VtBackup backup)
    {
        try
        {
            return await frame.MoveNextAsync().ConfigureAwait(false);
        }
        catch (VtException e) when (TreeDamage.Is(e))
        {
            frame.IsDamaged = true;
            _onDamaged(TreeDamage.At(backup, "directory", frame.Path.ToString(), e));
            return false;
        }
    }

    private async ValueTask CloseAsync(Frame frame, Stack<Frame> stack)
    {
        if (frame.Known is null && !frame.IsDamaged && (frame.Finds.Count == 0 || _remembered + frame.Finds.Count <= MostRemembered))
        {
            _known[frame.Key] = frame.Finds;
            _remembered += frame.Finds.Count;
        }

        if (stack.TryPeek(out Frame? parent))
        {
            parent.IsDamaged |= frame.IsDamaged;
            parent.HasBelow = frame.Known is not null || frame.Finds.Count > 0;
            parent.Note();
        }

        await frame.DisposeAsync().ConfigureAwait(false);
    }

    private UInt128 Key(VtBlockReference directory, TreePath path)
    {
        XxHash128 hash = new();
        hash.Append(System.Text.Encoding.UTF8.GetBytes(directory.ToString()));
        if (_pattern is { IsWholePath: true })
        {
            hash.Append("\0"u8);
            hash.Append(System.Text.Encoding.UTF8.GetBytes(path.ToString()));
        }

        return hash.GetCurrentHashAsUInt128();
    }

    private async ValueTask<bool> MatchesAsync(TreeEntry entry, Frame frame, VtBackup backup, CancellationToken cancellationToken)
    {
        if ((_pattern is not null && !_pattern.Matches(frame.Places, entry.Name))
            || (_since is { } since && entry.Modified.CompareTo(since) < 0)
            || (_before is { } before && entry.Modified.CompareTo(before) >= 0))
        {
            return false;
        }

        try
        {
            return _request.Hash is null
                || (entry is { Type: VtItemType.File, Content: not null } && await ContainsAsync(entry.Content, _request.Hash, cancellationToken).ConfigureAwait(false));
        }
        catch (VtException e) when (TreeDamage.Is(e))
        {
            frame.IsDamaged = true;
            _onDamaged(TreeDamage.At(backup, "file", frame.Path.Join(entry.Name), e));
            return false;
        }
    }

    private async ValueTask<bool> ContainsAsync(VtBlockReference content, VtHash wanted, CancellationToken cancellationToken)
    {
        if (content.Hash is null || content.Hash.Equals(wanted))
        {
            return content.Hash is not null;
        }

        if (content.Kind != VtBlockKind.Indirect || _withoutHash.Contains(content.Hash))
        {
            return false;
        }

        foreach (VtBlockReference child in await BlockTree.ReadIndirectAsync(_blocks, content, cancellationToken).ConfigureAwait(false))
        {
            if (await ContainsAsync(child, wanted, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        _withoutHash.Add(content.Hash);
        return false;
    }

    /// <summary>An entry that was found, or has finds below it, or both.</summary>
    private readonly record struct Found(TreeEntry Entry, bool IsFound, bool HasBelow);

    /// <summary>A directory in hand: read from the Store, or given again from what is known of it.</summary>
    private sealed class Frame(TreePath path, UInt128 key, ulong places, List<Found>? known, IAsyncEnumerator<TreeEntry>? entries) : IAsyncDisposable
    {
        private int _next;

        public TreePath Path { get; } = path;

        public UInt128 Key { get; } = key;

        public ulong Places { get; } = places;

        public List<Found>? Known { get; } = known;

        public List<Found> Finds { get; } = [];

        public TreeEntry Entry => entries is null ? Known![_next - 1].Entry : entries.Current;

        public bool WasFound => Known![_next - 1].IsFound;

        public bool IsFound { get; set; }

        /// <summary>Whether something in it or below it could not be read: it is not remembered, so that the next backup that shares it says so, too.</summary>
        public bool IsDamaged { get; set; }

        public bool HasBelow { get; set; }

        public ValueTask<bool> MoveNextAsync() => entries is null ? ValueTask.FromResult(_next++ < Known!.Count) : entries.MoveNextAsync();

        public void Note()
        {
            if (Known is null && (IsFound || HasBelow))
            {
                Finds.Add(new Found(Entry, IsFound, HasBelow));
            }
        }

        public ValueTask DisposeAsync() => entries?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
