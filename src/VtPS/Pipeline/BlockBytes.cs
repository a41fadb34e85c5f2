using VtPS.Engine.Stores;

namespace VtPS.Pipeline;

/// <summary>The bytes that a block stands for.</summary>
internal static class BlockBytes
{
    /// <summary>A run can stand for terabytes; it is given in pieces of this many bytes at most.</summary>
    private const int LongestRunPiece = 1024 * 1024;

    /// <summary>The bytes of a block: one array, but for a long run, which is given in pieces.</summary>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged.</exception>
    public static IEnumerable<byte[]> Read(StoreSession session, VtBlock block, CancellationToken cancellationToken)
    {
        VtBlockReference reference = VtBlockReference.Parse(block.Reference);
        if (reference.Kind == VtBlockKind.Run)
        {
            for (long done = 0; done < reference.Length; done += LongestRunPiece)
            {
                byte[] piece = new byte[Math.Min(LongestRunPiece, reference.Length - done)];
                Array.Fill(piece, reference.RunByte);
                yield return piece;
            }
        }
        else if (reference.LiteralBytes is { } literal)
        {
            yield return (byte[])literal.Clone();
        }
        else
        {
            ValueTask<ReadOnlyMemory<byte>> content = session.Blocks.GetAsync(reference.Hash!, cancellationToken);
            ReadOnlyMemory<byte> bytes = content.IsCompletedSuccessfully ? content.Result : content.AsTask().GetAwaiter().GetResult();
            yield return bytes.ToArray();
        }
    }
}
