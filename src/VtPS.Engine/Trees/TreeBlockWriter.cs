using VtPS.Engine.Blocks;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;

namespace VtPS.Engine.Trees;

/// <summary>
/// Cuts a directory's content into blocks at entry boundaries and folds them. A block ends after an entry whose name's XXH3-64 (seed 0) is below 2^64 / 256,
/// once it holds 16 KiB; or before the entry that would take it past 1 MiB. Thus one new name changes one block. For one thread at a time.
/// </summary>
internal sealed class TreeBlockWriter(IBlockSink sink)
{
    private const int Minimum = 16 << 10;
    private const int Maximum = 1 << 20;
    private const ulong Threshold = ulong.MaxValue / 256;

    private readonly BlockTreeBuilder _builder = new(sink);

    /// <summary>Keeps a directory's content.</summary>
    /// <param name="content">The whole content.</param>
    /// <param name="ends">Where each entry ends in it.</param>
    /// <param name="names">The entries, for their names.</param>
    public VtBlockReference Write(ReadOnlySpan<byte> content, IReadOnlyList<int> ends, IReadOnlyList<TreeEntry> names)
    {
        int start = 0;
        for (int i = 0; i < ends.Count; i++)
        {
            int end = ends[i];
            if (i + 1 < ends.Count
                && ((end - start >= Minimum && Checksum.Xxh3(names[i].Name) < Threshold) || ends[i + 1] - start > Maximum))
            {
                Add(content[start..end]);
                start = end;
            }
        }

        if (start < content.Length)
        {
            Add(content[start..]);
        }

        return _builder.Finish();
    }

    private void Add(ReadOnlySpan<byte> block) =>
        _builder.Add(block.Length <= VtBlockReference.MaximumLiteral ? VtBlockReference.OfLiteral(block) : VtBlockReference.OfHash(sink.Add(block), block.Length));
}
