using System.Runtime.CompilerServices;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Blocks;

/// <summary>Reads block trees. All methods check that the spans of an indirect block's references add up to its own.</summary>
internal static class BlockTree
{
    /// <summary>Deeper than any tree that a Store can hold: 256 references a block at the least.</summary>
    private const int MaximumDepth = 16;

    /// <summary>More references than any indirect block has.</summary>
    private const int MaximumReferences = BlockTreeBuilder.Maximum;

    /// <summary>The references in an indirect block.</summary>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged.</exception>
    public static async ValueTask<List<VtBlockReference>> ReadIndirectAsync(IBlockReader blocks, VtBlockReference indirect, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = await blocks.GetAsync(indirect.Hash!, cancellationToken).ConfigureAwait(false);
        try
        {
            return Parse(content.Span, indirect);
        }
        catch (InvalidDataException e)
        {
            throw new VtException(VtErrorId.BlockDamaged, $"The indirect block {indirect.Hash} is not a list of references: {e.Message} Run Test-VtStore -Data to see what it touches.", indirect.Hash, e);
        }
    }

    /// <summary>The leaves in order, each with its offset; see <see cref="Trees.ITreeReader.ReadLeavesAsync"/>.</summary>
    public static async IAsyncEnumerable<(long Offset, VtBlockReference Leaf)> ReadLeavesAsync(
        IBlockReader blocks, VtBlockReference content, bool keepUnreadable, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (content.Kind != VtBlockKind.Indirect)
        {
            if (content.Length > 0)
            {
                yield return (0, content);
            }

            yield break;
        }

        Stack<(List<VtBlockReference> Children, int Next)> stack = new();
        long offset = 0;
        VtBlockReference? pending = content;
        while (true)
        {
            if (pending is not null)
            {
                List<VtBlockReference>? children = null;
                try
                {
                    if (stack.Count >= MaximumDepth)
                    {
                        throw new VtException(VtErrorId.BlockDamaged, $"The block tree of {content} is deeper than a tree can be.", content.Hash);
                    }

                    children = await ReadIndirectAsync(blocks, pending, cancellationToken).ConfigureAwait(false);
                }
                catch (VtException e) when (keepUnreadable && e.ErrorId is VtErrorId.BlockNotFound or VtErrorId.BlockDamaged)
                {
                }

                if (children is null)
                {
                    yield return (offset, pending);
                    offset += pending.Length;
                }
                else
                {
                    stack.Push((children, 0));
                }

                pending = null;
            }

            if (stack.Count == 0)
            {
                yield break;
            }

            (List<VtBlockReference> list, int next) = stack.Pop();
            if (next == list.Count)
            {
                continue;
            }

            stack.Push((list, next + 1));
            VtBlockReference child = list[next];
            if (child.Kind == VtBlockKind.Indirect)
            {
                pending = child;
            }
            else
            {
                yield return (offset, child);
                offset += child.Length;
            }
        }
    }

    /// <summary>The bytes of a hash or literal leaf.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> GetLeafAsync(IBlockReader blocks, VtBlockReference leaf, CancellationToken cancellationToken)
    {
        if (leaf.Kind == VtBlockKind.Literal)
        {
            return leaf.LiteralBytes;
        }

        if (leaf.Kind != VtBlockKind.Hash)
        {
            throw new ArgumentException($"{leaf.Kind} is not a leaf with bytes.", nameof(leaf));
        }

        ReadOnlyMemory<byte> bytes = await blocks.GetAsync(leaf.Hash!, cancellationToken).ConfigureAwait(false);
        return bytes.Length == leaf.Length
            ? bytes
            : throw new VtException(VtErrorId.BlockDamaged, $"The block {leaf.Hash} is {bytes.Length} bytes long, but a reference to it says {leaf.Length}.", leaf.Hash);
    }

    /// <summary>Reads content at an offset; descends only where the bytes asked for are.</summary>
    /// <returns>How many bytes were read: less than the buffer holds only at the end.</returns>
    public static async ValueTask<int> ReadAsync(IBlockReader blocks, VtBlockReference content, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int wanted = (int)Math.Min(buffer.Length, Math.Max(0, content.Length - offset));
        if (wanted == 0)
        {
            return 0;
        }

        await ReadPartAsync(blocks, content, offset, buffer[..wanted], 0, cancellationToken).ConfigureAwait(false);
        return wanted;
    }

    private static async ValueTask ReadPartAsync(IBlockReader blocks, VtBlockReference reference, long offset, Memory<byte> buffer, int depth, CancellationToken cancellationToken)
    {
        switch (reference.Kind)
        {
            case VtBlockKind.Run:
                buffer.Span.Fill(reference.RunByte);
                return;
            case VtBlockKind.Hash or VtBlockKind.Literal:
                ReadOnlyMemory<byte> bytes = await GetLeafAsync(blocks, reference, cancellationToken).ConfigureAwait(false);
                bytes.Slice((int)offset, buffer.Length).CopyTo(buffer);
                return;
        }

        if (depth >= MaximumDepth)
        {
            throw new VtException(VtErrorId.BlockDamaged, $"The block tree of {reference} is deeper than a tree can be.", reference.Hash);
        }

        long start = 0;
        foreach (VtBlockReference child in await ReadIndirectAsync(blocks, reference, cancellationToken).ConfigureAwait(false))
        {
            long end = start + child.Length;
            if (end > offset)
            {
                long from = Math.Max(0, offset - start);
                int length = (int)Math.Min(child.Length - from, buffer.Length);
                await ReadPartAsync(blocks, child, from, buffer[..length], depth + 1, cancellationToken).ConfigureAwait(false);
                buffer = buffer[length..];
                offset += length;
                if (buffer.IsEmpty)
                {
                    return;
                }
            }

            start = end;
        }
    }

    private static List<VtBlockReference> Parse(ReadOnlySpan<byte> bytes, VtBlockReference indirect)
    {
        List<VtBlockReference> children = [];
        ByteReader reader = new(bytes);
        long sum = 0;
        while (!reader.IsEmpty)
        {
            VtBlockReference child = BlockReferenceCodec.Read(ref reader);
            if (child.Length == 0 || children.Count == MaximumReferences)
            {
                // Else a few small blocks that name each other could stand for more work than any machine can do.
                throw new InvalidDataException(child.Length == 0
                    ? "One of its references stands for nothing, which no list has."
                    : $"It has more than {MaximumReferences} references, which no list has.");
            }

            if (child.Length > indirect.Length - sum)
            {
                throw new InvalidDataException($"Its references stand for more than the {indirect.Length} bytes it is said to hold.");
            }

            sum += child.Length;
            children.Add(child);
        }

        return sum == indirect.Length
            ? children
            : throw new InvalidDataException($"Its references stand for {sum} bytes where {indirect.Length} are said to be.");
    }
}
