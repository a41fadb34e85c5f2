using System.Runtime.CompilerServices;
using System.Text;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Tests.Restores;

/// <summary>A tree in memory that no backup would make: any names, and blocks that are missing on demand.</summary>
internal sealed class CraftedTree : ITreeReader
{
    private readonly Dictionary<VtHash, TreeEntry[]> _directories = [];
    private readonly Dictionary<VtHash, byte[]> _blocks = [];
    private readonly Dictionary<VtHash, VtBlockReference[]> _indirect = [];
    private int _number;

    public static FileTime Time { get; } = new(1600000000, 5);

    /// <summary>What cannot be read.</summary>
    public HashSet<VtHash> Missing { get; } = [];

    /// <summary>Called before each leaf is read.</summary>
    public Action? OnLeaf { get; set; }

    public int DirectoriesRead { get; private set; }

    public static TreeEntry File(string name, VtBlockReference content) => new()
    {
        Name = Encoding.UTF8.GetBytes(name), Type = VtItemType.File, Mode = 0x1a4, Modified = Time, Size = content.Length, Content = content,
    };

    public static TreeEntry Link(string name, string target) => new()
    {
        Name = Encoding.UTF8.GetBytes(name), Type = VtItemType.SymbolicLink, Modified = Time, LinkTarget = Encoding.UTF8.GetBytes(target),
    };

    public TreeEntry Directory(string name, params TreeEntry[] entries) => new()
    {
        Name = Encoding.UTF8.GetBytes(name), Type = VtItemType.Directory, Mode = 0x1ed, Modified = Time, Content = AddDirectory(entries),
    };

    /// <summary>Keeps a block and gives its reference.</summary>
    public VtBlockReference Block(string text) => Block(Encoding.UTF8.GetBytes(text));

    public VtBlockReference Block(byte[] bytes)
    {
        VtHash hash = BlockHasher.Compute(VtHashName.Sha256, bytes);
        _blocks[hash] = bytes;
        return VtBlockReference.OfHash(hash, bytes.Length);
    }

    /// <summary>Keeps an indirect block.</summary>
    public VtBlockReference Indirect(params VtBlockReference[] children)
    {
        VtHash hash = NewHash();
        _indirect[hash] = children;
        return VtBlockReference.OfIndirect(hash, children.Sum(c => c.Length));
    }

    public VtBlockReference AddDirectory(params TreeEntry[] entries)
    {
        VtHash hash = NewHash();
        _directories[hash] = entries;
        return VtBlockReference.OfHash(hash, Math.Max(1, entries.Length));
    }

    /// <summary>A backup with these top entries.</summary>
    public VtBackup Backup(params TreeEntry[] top) => Backup(top, []);

    public VtBackup Backup(TreeEntry[] top, string[] sources, string? host = null) => new()
    {
        Id = Convert.ToHexStringLower(BitConverter.GetBytes(++_number)) + "00000000",
        Store = "memory",
        StoreId = "store",
        HostName = host ?? Environment.MachineName,
        UserName = "somebody",
        Subset = "crafted",
        SourcePath = sources,
        Root = AddDirectory(top).ToString(),
        ProgramVersion = "0",
    };

    public Task<VtRestoreResult> RestoreAsync(VtBackup backup, string destination, IOperationObserver observer, Func<RestoreRequest, RestoreRequest>? with = null, CancellationToken cancellationToken = default)
    {
        RestoreRequest request = new() { Selections = [new RestoreSelection(backup, [])], Destination = Encoding.UTF8.GetBytes(destination), NumericId = true };
        return new RestoreRun(this, VtHashName.Sha256, "memory", with?.Invoke(request) ?? request, observer).RunAsync(cancellationToken);
    }

    public async IAsyncEnumerable<TreeEntry> ReadDirectoryAsync(VtBlockReference directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (directory.Length == 0)
        {
            yield break;
        }

        Check(directory);
        DirectoriesRead++;
        foreach (TreeEntry entry in _directories[directory.Hash!])
        {
            yield return entry;
        }
    }

    public async IAsyncEnumerable<(long Offset, VtBlockReference Leaf)> ReadLeavesAsync(VtBlockReference content, bool keepUnreadable, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        long offset = 0;
        Stack<VtBlockReference> open = new([content]);
        while (open.TryPop(out VtBlockReference? reference))
        {
            if (reference.Kind == VtBlockKind.Indirect && !(keepUnreadable && Missing.Contains(reference.Hash!)))
            {
                Check(reference);
                foreach (VtBlockReference child in _indirect[reference.Hash!].Reverse())
                {
                    open.Push(child);
                }

                continue;
            }

            yield return (offset, reference);
            offset += reference.Length;
        }
    }

    public ValueTask<ReadOnlyMemory<byte>> GetLeafAsync(VtBlockReference leaf, CancellationToken cancellationToken)
    {
        OnLeaf?.Invoke();
        if (leaf.Kind == VtBlockKind.Literal)
        {
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(leaf.LiteralBytes);
        }

        Check(leaf);
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(_blocks[leaf.Hash!]);
    }

    public ValueTask<int> ReadAsync(VtBlockReference content, long offset, Memory<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Check(VtBlockReference reference)
    {
        if (Missing.Contains(reference.Hash!))
        {
            throw new VtException(VtErrorId.BlockNotFound, $"The block {reference.Hash} is missing.", reference.Hash);
        }
    }

    private VtHash NewHash() => BlockHasher.Compute(VtHashName.Sha256, BitConverter.GetBytes(++_number));
}
