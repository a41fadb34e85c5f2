using VtPS.Cli.Output;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Verbs;

/// <summary>Writes the content of blocks, one after the other, to standard output.</summary>
internal static class BlockBytes
{
    private const int RunPiece = 1 << 16;

    public static async Task WriteAsync(StoreSession session, IAsyncEnumerable<VtBlock> blocks, OutputWriter output, CancellationToken cancellationToken)
    {
        await foreach (VtBlock block in blocks.ConfigureAwait(false))
        {
            VtBlockReference reference = VtBlockReference.Parse(block.Reference);
            switch (reference.Kind)
            {
                case VtBlockKind.Run:
                    byte[] piece = new byte[Math.Min(RunPiece, reference.Length)];
                    piece.AsSpan().Fill(reference.RunByte);
                    for (long left = reference.Length; left > 0; left -= piece.Length)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        output.Bytes(piece.AsSpan(0, (int)Math.Min(left, piece.Length)));
                    }

                    break;
                case VtBlockKind.Literal:
                    output.Bytes(reference.LiteralBytes);
                    break;
                default:
                    output.Bytes((await session.Blocks.GetAsync(reference.Hash!, cancellationToken).ConfigureAwait(false)).Span);
                    break;
            }
        }
    }
}
