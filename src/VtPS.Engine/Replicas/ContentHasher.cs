using System.Buffers;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Backups;
using VtPS.Engine.Blocks;
using VtPS.Engine.Chunking;
using VtPS.Engine.Hashing;

namespace VtPS.Engine.Replicas;

/// <summary>Computes what content is called in histories: the block reference that a Store of the usual parameters would give it. Safe for use by many threads.</summary>
internal static class ContentHasher
{
    private static readonly GearChunker Chunker = new(ChunkerParameters.Create(ChunkerParameters.DefaultAverage, null, null));

    /// <summary>The reference of content in memory.</summary>
    public static VtBlockReference Compute(ReadOnlySpan<byte> content)
    {
        BlockTreeBuilder builder = new(HashOnly.Instance);
        while (!content.IsEmpty)
        {
            int cut = Chunker.FindCut(content, out _);
            builder.Add(ChunkReference.Add(HashOnly.Instance, content[..cut]));
            content = content[cut..];
        }

        return builder.Finish();
    }

    /// <summary>The reference of a file's content.</summary>
    /// <param name="file">Open to read.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <param name="onRead">Told of each so many bytes that were read; null: nobody.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static VtBlockReference Compute(SafeFileHandle file, CancellationToken cancellationToken, Action<long>? onRead = null)
    {
        ChunkReader reader = new(Chunker, (offset, buffer) => RandomAccess.Read(file, buffer.Span, offset), null);
        BlockTreeBuilder builder = new(HashOnly.Instance);
        List<long> chunks = [];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(reader.MinimumBuffer);
        try
        {
            while (reader.Fill(buffer, chunks))
            {
                cancellationToken.ThrowIfCancellationRequested();
                int at = 0;
                foreach (long length in chunks)
                {
                    builder.Add(ChunkReference.Add(HashOnly.Instance, buffer.AsSpan(at, (int)length)));
                    at += (int)length;
                }

                onRead?.Invoke(at);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return builder.Finish();
    }

    private sealed class HashOnly : IBlockSink
    {
        public static HashOnly Instance { get; } = new();

        public VtHash Add(ReadOnlySpan<byte> content) => BlockHasher.Compute(VtHashName.Sha256, content);
    }
}
