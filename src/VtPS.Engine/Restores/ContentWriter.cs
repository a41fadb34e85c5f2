using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Writes recorded content into a new file. For one thread at a time.</summary>
internal sealed class ContentWriter(RestoreContext context)
{
    /// <summary>The grain of holes: a page that is all zeros, at a multiple of this, is left out of a sparse file.</summary>
    private const int Page = 4096;

    private const int FillLength = 1 << 18;

    private byte[]? _fill;
    private int _fillByte = -1;

    /// <summary>Where in the file zeros stand for leaves that could not be read, by their offsets; of the last call.</summary>
    public HashSet<long> Unreadable { get; } = [];

    /// <summary>The first of the errors that those gave; of the last call.</summary>
    public VtException? FirstDamage { get; private set; }

    /// <summary>Writes the content of an entry, and gives the file its length.</summary>
    /// <param name="directory">The directory that the file is in.</param>
    /// <param name="file">The file: new, empty and open to write.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="zeroDamage">Whether what cannot be read becomes zeros; else it throws.</param>
    /// <param name="path">Where the entry is, for progress.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async ValueTask WriteAsync(DirectoryHandle directory, SafeFileHandle file, TreeEntry entry, bool zeroDamage, ItemPath path, CancellationToken cancellationToken)
    {
        Unreadable.Clear();
        FirstDamage = null;
        VtBlockReference? content = entry.Content;
        if (content is null || content.Length == 0)
        {
            return;
        }

        long end = 0;
        if (content.Kind != VtBlockKind.Indirect)
        {
            end = await WriteLeafAsync(file, 0, content, entry.Sparse, zeroDamage, end, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await foreach ((long offset, VtBlockReference leaf) in context.Trees.ReadLeavesAsync(content, zeroDamage, cancellationToken).ConfigureAwait(false))
            {
                end = await WriteLeafAsync(file, offset, leaf, entry.Sparse, zeroDamage, end, cancellationToken).ConfigureAwait(false);
                if (context.Progress.IsDue)
                {
                    context.Progress.Report(path.ToString(), offset + leaf.Length, content.Length);
                }
            }
        }

        if (end < content.Length)
        {
            directory.SetLength(file, content.Length);
        }
    }

    /// <returns>Where the last byte that was really written ends.</returns>
    private async ValueTask<long> WriteLeafAsync(SafeFileHandle file, long offset, VtBlockReference leaf, bool sparse, bool zeroDamage, long end, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        switch (leaf.Kind)
        {
            case VtBlockKind.Run:
                return sparse && leaf.RunByte == 0 ? end : WriteRun(file, offset, leaf.Length, leaf.RunByte, cancellationToken);
            case VtBlockKind.Hash or VtBlockKind.Literal:
                ReadOnlyMemory<byte> bytes;
                try
                {
                    bytes = await context.Trees.GetLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
                }
                catch (VtException e) when (zeroDamage && RestoreContext.IsDamage(e))
                {
                    FirstDamage ??= e;
                    break;
                }

                if (bytes.Length != leaf.Length)
                {
                    throw new VtException(VtErrorId.BlockDamaged, $"The block {leaf} has {bytes.Length} bytes where its reference says {leaf.Length}.", leaf.Hash);
                }

                return sparse ? WriteWithHoles(file, offset, bytes.Span, end) : Write(file, offset, bytes.Span);
            default:
                // An indirect block that could not be read is handed on as itself.
                FirstDamage ??= new VtException(VtErrorId.BlockDamaged, $"The indirect block {leaf.Hash} is missing or damaged.", leaf.Hash);
                break;
        }

        Unreadable.Add(offset);
        return sparse ? end : WriteRun(file, offset, leaf.Length, 0, cancellationToken);
    }

    private long Write(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(file, bytes, offset);
        Interlocked.Add(ref context.Counters.BytesWritten, bytes.Length);
        return offset + bytes.Length;
    }

    // Holes shorter than a chunk lie inside data blocks, as the zeros that they stand for.
    private long WriteWithHoles(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes, long end)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            // To the next page boundary of the file, or the end of the block.
            int piece = NextPiece(offset, bytes.Length, at);
            if (!bytes.Slice(at, piece).ContainsAnyExcept((byte)0))
            {
                at += piece;
                continue;
            }

            int start = at;
            do
            {
                at += piece;
                piece = NextPiece(offset, bytes.Length, at);
            }
            while (piece > 0 && bytes.Slice(at, piece).ContainsAnyExcept((byte)0));
            end = Write(file, offset + start, bytes[start..at]);
        }

        return end;
    }

    private static int NextPiece(long offset, int length, int at) =>
        (int)Math.Min(length - at, Page - ((offset + at) & (Page - 1)));

    private long WriteRun(SafeFileHandle file, long offset, long length, byte value, CancellationToken cancellationToken)
    {
        _fill ??= new byte[FillLength];
        if (_fillByte != value)
        {
            _fill.AsSpan().Fill(value);
            _fillByte = value;
        }

        while (length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int part = (int)Math.Min(length, FillLength);
            Write(file, offset, _fill.AsSpan(0, part));
            offset += part;
            length -= part;
        }

        return offset;
    }
}
