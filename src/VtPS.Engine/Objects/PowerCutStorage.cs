using System.Runtime.CompilerServices;

namespace VtPS.Engine.Objects;

/// <summary>
/// A double for tests: a model in memory of what <see cref="LocalFolderStorage"/> does on a file system that promises no more than POSIX. Every write, flush, rename and
/// removal is a step of its own. What is done can be seen at once by all, but only what was flushed survives a power cut: bytes by the flush of their file, names
/// that came or went by the flush of their folder; of the rest the cut keeps any part, in any order. The process can be killed before any step. Folders themselves
/// are taken as durable: they are made and flushed before the first name in them. Safe for use by many threads.
/// </summary>
internal sealed class PowerCutStorage : IObjectStorage
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Node> _visible = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _durable = new(StringComparer.Ordinal);
    private readonly List<Change> _pending = [];
    private int _steps;
    private bool _dead;

    /// <inheritdoc/>
    public string Location => "powercut:";

    // One call after the other, in an order that can be told again.
    public int Concurrency => 1;

    /// <summary>The process dies before the step of this number, from 1; 0 for never.</summary>
    public int KillAt { get; set; }

    /// <summary>Whether files are flushed before they get their name: without, a test must find a loss.</summary>
    public bool FlushesFiles { get; init; } = true;

    /// <summary>Whether folders are flushed: without, a test must find a loss.</summary>
    public bool FlushesFolders { get; init; } = true;

    /// <summary>Whether names that others left unflushed are flushed when asked for: without, a test must find a loss.</summary>
    public bool FlushesNames { get; init; } = true;

    /// <summary>The step that the process died before; null while it lives.</summary>
    public string? KilledBefore { get; private set; }

    /// <summary>How many changes a power cut now could keep or drop.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count;
            }
        }
    }

    /// <summary>A copy of this state, pending changes too, in which the process lives, or another one takes its place.</summary>
    /// <param name="killAt">See <see cref="KillAt"/>.</param>
    public PowerCutStorage Copy(int killAt = 0)
    {
        PowerCutStorage copy = new() { KillAt = killAt, FlushesFiles = FlushesFiles, FlushesFolders = FlushesFolders, FlushesNames = FlushesNames };
        lock (_gate)
        {
            Dictionary<Node, Node> nodes = [];
            foreach ((Dictionary<string, Node> from, Dictionary<string, Node> to) in ((Dictionary<string, Node>, Dictionary<string, Node>)[])[(_visible, copy._visible), (_durable, copy._durable)])
            {
                foreach ((string name, Node node) in from)
                {
                    to.Add(name, Of(node));
                }
            }

            foreach (Change change in _pending)
            {
                copy._pending.Add(change with { Node = change.Node is null ? null : Of(change.Node) });
            }

            Node Of(Node node) => nodes.TryGetValue(node, out Node? other) ? other : nodes[node] = new Node(node.Bytes) { IsDurable = node.IsDurable };
        }

        return copy;
    }

    /// <summary>Takes objects over, all of them durable.</summary>
    public static async ValueTask<PowerCutStorage> OfAsync(IObjectStorage storage, bool flushesFiles = true, bool flushesFolders = true, bool flushesNames = true)
    {
        PowerCutStorage taken = new() { FlushesFiles = flushesFiles, FlushesFolders = flushesFolders, FlushesNames = flushesNames };
        foreach (ObjectInfo info in await storage.ListAllAsync(string.Empty, CancellationToken.None).ConfigureAwait(false))
        {
            Node node = new(await storage.GetAsync(info.Name, int.MaxValue, CancellationToken.None).ConfigureAwait(false)) { IsDurable = true };
            taken._visible.Add(info.Name, node);
            taken._durable.Add(info.Name, node);
        }

        return taken;
    }

    /// <summary>What is found after a power cut now.</summary>
    /// <param name="keep">Which pending changes are kept: bit n for the n-th.</param>
    /// <param name="torn">Of a file whose bytes were not flushed: how much is there, from 0 to 1.</param>
    public MemoryStorage Cut(long keep, double torn)
    {
        MemoryStorage found = new("memory:");
        lock (_gate)
        {
            Dictionary<string, Node> names = new(_durable, StringComparer.Ordinal);
            for (int i = 0; i < _pending.Count; i++)
            {
                if ((keep >> Math.Min(i, 62) & 1) == 0)
                {
                    continue;
                }

                if (_pending[i].Node is { } node)
                {
                    names[_pending[i].Name] = node;
                }
                else
                {
                    names.Remove(_pending[i].Name);
                }
            }

            foreach ((string name, Node node) in names)
            {
                found.Put(name, node.IsDurable ? node.Bytes : node.Bytes[..(int)(node.Bytes.Length * torn)]);
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IObjectUpload>(new Upload(this, name));

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] bytes = Find(name)?.Bytes ?? throw new ObjectNotFoundException(name, Location);
        int count = (int)Math.Clamp(bytes.Length - offset, 0, buffer.Length);
        bytes.AsSpan((int)Math.Min(offset, bytes.Length), count).CopyTo(buffer.Span);
        return ValueTask.FromResult(count);
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult<long?>(Find(name)?.Bytes.Length);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<ObjectInfo> all = [];
        lock (_gate)
        {
            ThrowIfDead();
            foreach ((string name, Node node) in _visible)
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    all.Add(new ObjectInfo(name, node.Bytes.Length));
                }
            }
        }

        await Task.Yield();
        foreach (ObjectInfo info in all)
        {
            yield return info;
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Step("unlink " + name, () =>
        {
            if (_visible.Remove(name))
            {
                _pending.Add(new Change(name, null));
            }
        });
        FlushFolder(FolderOf(name));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Upload upload = new(this, name) { IsLocked = true };
        await upload.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await upload.CommitAsync(cancellationToken).ConfigureAwait(false);
        return upload.Node;
    }

    /// <inheritdoc/>
    public ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult(Find(name)?.IsLocked);

    /// <inheritdoc/>
    public ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken)
    {
        foreach (string folder in FlushesNames ? folders : [])
        {
            // Where nothing is pending it is no step: a kill before it is one before the next.
            if (IsPending(folder))
            {
                FlushFolder(folder);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<UnfinishedUpload>>([]);

    /// <inheritdoc/>
    public ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Leaves everything as it is.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string FolderOf(string name) => name.LastIndexOf('/') is >= 0 and int slash ? name[..slash] : string.Empty;

    private Node? Find(string name)
    {
        lock (_gate)
        {
            ThrowIfDead();
            return _visible.GetValueOrDefault(name);
        }
    }

    private bool IsPending(string folder)
    {
        lock (_gate)
        {
            ThrowIfDead();
            return _pending.Exists(change => FolderOf(change.Name) == folder);
        }
    }

    private void FlushFolder(string folder) => Step("flush folder " + folder, () =>
    {
        if (!FlushesFolders)
        {
            return;
        }

        foreach (Change change in _pending)
        {
            if (FolderOf(change.Name) != folder)
            {
                continue;
            }

            if (change.Node is { } node)
            {
                _durable[change.Name] = node;
            }
            else
            {
                _durable.Remove(change.Name);
            }
        }

        _pending.RemoveAll(change => FolderOf(change.Name) == folder);
    });

    private void Step(string what, Action action)
    {
        lock (_gate)
        {
            ThrowIfDead();
            if (++_steps == KillAt)
            {
                _dead = true;
                KilledBefore = what;
                foreach (Node node in _visible.Values)
                {
                    node.IsLocked = false;
                }

                ThrowIfDead();
            }

            action();
        }
    }

    private void ThrowIfDead()
    {
        if (_dead)
        {
            throw new VtException(VtErrorId.StoreWriteFailed, $"A fault made by a test: the process died before '{KilledBefore}'.", Location);
        }
    }

    /// <summary>A name that came, with its file, or went.</summary>
    private readonly record struct Change(string Name, Node? Node);

    private sealed class Node(byte[] bytes) : IAsyncDisposable
    {
        public byte[] Bytes { get; } = bytes;

        public bool IsDurable { get; set; }

        public bool IsLocked { get; set; }

        public ValueTask DisposeAsync()
        {
            IsLocked = false;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Upload(PowerCutStorage storage, string name) : IObjectUpload
    {
        private readonly MemoryStream _bytes = new();

        public bool IsLocked { get; init; }

        public Node? Node { get; private set; }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            storage.Step("write for " + name, () => _bytes.Write(bytes.Span));
            return ValueTask.CompletedTask;
        }

        public ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            Node node = new(_bytes.ToArray()) { IsLocked = IsLocked };
            storage.Step("flush file " + name, () => node.IsDurable = storage.FlushesFiles);
            storage.Step("rename to " + name, () =>
            {
                if (storage._visible.TryGetValue(name, out Node? other) && (IsLocked || !other.Bytes.AsSpan().SequenceEqual(node.Bytes)))
                {
                    throw new ObjectExistsException(name, storage.Location);
                }

                if (other is null)
                {
                    storage._visible.Add(name, node);
                    storage._pending.Add(new Change(name, node));
                }
            });
            storage.FlushFolder(FolderOf(name));
            Node = node;
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
