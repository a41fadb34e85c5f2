using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Hashing;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>
/// Compares a live file with recorded content, leaf by leaf, by the hashes: no data block is read from the Store. For one thread at a time;
/// keeps one buffer as long as the longest leaf met.
/// </summary>
internal sealed class ContentComparer(ITreeReader trees, VtHashName hashName)
{
    private const int RunBuffer = 1 << 18;
    private const int LongestLeaf = 64 << 20;

    private byte[] _buffer = new byte[RunBuffer];

    /// <summary>Whether the file's first bytes, as many as the content has, are the content. The caller compares the lengths.</summary>
    /// <param name="file">The file, open to read.</param>
    /// <param name="content">The content; null for none.</param>
    /// <param name="except">Offsets of leaves that are passed over; null: none, and an indirect block that cannot be read is an error.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged for an indirect block.</exception>
    public async ValueTask<bool> EqualsAsync(SafeFileHandle file, VtBlockReference? content, HashSet<long>? except, CancellationToken cancellationToken)
    {
        if (content is null || content.Length == 0)
        {
            return true;
        }

        if (content.Kind != VtBlockKind.Indirect)
        {
            return except is { Count: > 0 } || EqualsLeaf(file, 0, content, cancellationToken);
        }

        await foreach ((long offset, VtBlockReference leaf) in trees.ReadLeavesAsync(content, except is not null, cancellationToken).ConfigureAwait(false))
        {
            if ((except is null || !except.Contains(offset)) && !EqualsLeaf(file, offset, leaf, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private bool EqualsLeaf(SafeFileHandle file, long offset, VtBlockReference leaf, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        switch (leaf.Kind)
        {
            case VtBlockKind.Run:
                return EqualsRun(file, offset, leaf, cancellationToken);
            case VtBlockKind.Literal:
                return Fill(file, offset, (int)leaf.Length) && _buffer.AsSpan(0, (int)leaf.Length).SequenceEqual(leaf.LiteralBytes);
            case VtBlockKind.Hash when leaf.Length <= LongestLeaf:
                if (!Fill(file, offset, (int)leaf.Length))
                {
                    return false;
                }

                Span<byte> hash = stackalloc byte[64];
                hash = hash[..VtHashNames.Size(hashName)];
                BlockHasher.Compute(hashName, _buffer.AsSpan(0, (int)leaf.Length), hash);
                return hash.SequenceEqual(leaf.Hash!.Span);
            default:
                return false;
        }
    }

    private bool EqualsRun(SafeFileHandle file, long offset, VtBlockReference run, CancellationToken cancellationToken)
    {
        long left = run.Length;
        while (left > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int part = (int)Math.Min(left, RunBuffer);
            if (!Fill(file, offset, part) || _buffer.AsSpan(0, part).ContainsAnyExcept(run.RunByte))
            {
                return false;
            }

            offset += part;
            left -= part;
        }

        return true;
    }

    private bool Fill(SafeFileHandle file, long offset, int length)
    {
        if (_buffer.Length < length)
        {
            _buffer = new byte[length];
        }

        int filled = 0;
        while (filled < length)
        {
            int read = RandomAccess.Read(file, _buffer.AsSpan(filled, length - filled), offset + filled);
            if (read == 0)
            {
                return false;
            }

            filled += read;
        }

        return true;
    }
}
