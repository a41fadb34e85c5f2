using System.Runtime.CompilerServices;
using VtPS.Engine.Blocks;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Trees;

/// <summary>Reads directories and content over any source of blocks. Safe for use by many threads.</summary>
internal sealed class StoreTreeReader(IBlockReader blocks) : ITreeReader
{
    public async IAsyncEnumerable<TreeEntry> ReadDirectoryAsync(VtBlockReference directory, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[]? last = null;
        await foreach ((_, VtBlockReference leaf) in BlockTree.ReadLeavesAsync(blocks, directory, keepUnreadable: false, cancellationToken).ConfigureAwait(false))
        {
            ReadOnlyMemory<byte> block = await GetDirectoryBlockAsync(leaf, directory, cancellationToken).ConfigureAwait(false);
            foreach (TreeEntry entry in Parse(block, directory))
            {
                if (last is not null && last.AsSpan().SequenceCompareTo(entry.Name) >= 0)
                {
                    throw Damaged(directory, "its entries are out of order.", null);
                }

                last = entry.Name;
                yield return entry;
            }
        }
    }

    public IAsyncEnumerable<(long Offset, VtBlockReference Leaf)> ReadLeavesAsync(VtBlockReference content, bool keepUnreadable, CancellationToken cancellationToken) =>
        BlockTree.ReadLeavesAsync(blocks, content, keepUnreadable, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> GetLeafAsync(VtBlockReference leaf, CancellationToken cancellationToken) =>
        BlockTree.GetLeafAsync(blocks, leaf, cancellationToken);

    public ValueTask<int> ReadAsync(VtBlockReference content, long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        BlockTree.ReadAsync(blocks, content, offset, buffer, cancellationToken);

    /// <summary>A directory's whole content: entries or a side-car, as the caller knows.</summary>
    public async ValueTask<byte[]> ReadContentAsync(VtBlockReference directory, CancellationToken cancellationToken)
    {
        if (directory.Length > int.MaxValue / 2)
        {
            throw Damaged(directory, $"it says it is {directory.Length} bytes long.", null);
        }

        // Room is made for what was read, not for what was announced.
        byte[] content = [];
        await foreach ((long offset, VtBlockReference leaf) in BlockTree.ReadLeavesAsync(blocks, directory, keepUnreadable: false, cancellationToken).ConfigureAwait(false))
        {
            ReadOnlyMemory<byte> block = await GetDirectoryBlockAsync(leaf, directory, cancellationToken).ConfigureAwait(false);
            int end = (int)offset + block.Length;
            if (end > content.Length)
            {
                Array.Resize(ref content, (int)Math.Min(directory.Length, Math.Max(end, 2L * content.Length)));
            }

            block.CopyTo(content.AsMemory((int)offset));
        }

        return content;
    }

    private ValueTask<ReadOnlyMemory<byte>> GetDirectoryBlockAsync(VtBlockReference leaf, VtBlockReference directory, CancellationToken cancellationToken) =>
        leaf.Kind == VtBlockKind.Run
            ? throw Damaged(directory, "it holds a run.", null)
            : BlockTree.GetLeafAsync(blocks, leaf, cancellationToken);

    private static List<TreeEntry> Parse(ReadOnlyMemory<byte> block, VtBlockReference directory)
    {
        List<TreeEntry> entries = [];
        try
        {
            ByteReader reader = new(block.Span);
            while (!reader.IsEmpty)
            {
                entries.Add(TreeEntryCodec.Read(ref reader));
            }
        }
        catch (InvalidDataException e)
        {
            throw Damaged(directory, e.Message, e);
        }

        return entries;
    }

    private static VtException Damaged(VtBlockReference directory, string what, Exception? inner) =>
        new(VtErrorId.BlockDamaged, $"The directory {directory} cannot be understood: {what} Run Test-VtStore -Data to see what it touches.", directory.ToString(), inner);
}
