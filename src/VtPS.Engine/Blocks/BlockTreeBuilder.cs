using System.Buffers.Binary;
using VtPS.Engine.IO;

namespace VtPS.Engine.Blocks;

/// <summary>
/// Folds a stream of references into one: none is the empty literal, one is itself, more become indirect blocks of references, and so on upwards.
/// An indirect block ends where the content says so, so that one changed leaf changes one block a level. For one thread at a time.
/// </summary>
/// <remarks>
/// A block ends after a reference whose hash has, in its bytes 4 to 7 (little-endian), a number divisible by 768, once it holds 256 references; or at 4,096.
/// References without a hash never end a block below that. Neighbouring runs of one byte are joined before they are folded.
/// </remarks>
internal sealed class BlockTreeBuilder(IBlockSink sink)
{
    private const int Minimum = 256;
    internal const int Maximum = 4096;
    private const uint Divisor = 768;

    private readonly List<Level> _levels = [];
    private VtBlockReference? _run;

    /// <summary>How many bytes the references added so far stand for.</summary>
    public long Length { get; private set; }

    /// <summary>Appends a reference.</summary>
    public void Add(VtBlockReference reference)
    {
        if (reference.Length == 0)
        {
            return;
        }

        Length = checked(Length + reference.Length);
        if (reference.Kind == VtBlockKind.Run)
        {
            if (_run is null)
            {
                _run = reference;
                return;
            }

            if (_run.RunByte == reference.RunByte)
            {
                _run = VtBlockReference.OfRun(reference.RunByte, _run.Length + reference.Length);
                return;
            }

            Append(0, _run);
            _run = reference;
            return;
        }

        FlushRun();
        Append(0, reference);
    }

    /// <summary>Ends the fold and makes the builder ready for the next.</summary>
    public VtBlockReference Finish()
    {
        FlushRun();
        VtBlockReference? root = null;
        for (int i = 0; i < _levels.Count; i++)
        {
            Level level = _levels[i];
            bool top = i == _levels.Count - 1;
            if (top && level.Count <= 1)
            {
                root = level.Last;
            }
            else if (level.Count > 0)
            {
                Close(i);
            }
        }

        _levels.Clear();
        Length = 0;
        return root ?? VtBlockReference.Empty;
    }

    private void FlushRun()
    {
        if (_run is not null)
        {
            Append(0, _run);
            _run = null;
        }
    }

    private void Append(int index, VtBlockReference reference)
    {
        if (index == _levels.Count)
        {
            _levels.Add(new Level());
        }

        Level level = _levels[index];
        if (level.Count > 0)
        {
            if (level.Count == 1)
            {
                BlockReferenceCodec.Write(level.Bytes, level.Last!);
            }

            BlockReferenceCodec.Write(level.Bytes, reference);
        }

        level.Span += reference.Length;
        level.Last = reference;
        level.Count++;
        if (level.Count >= Maximum
            || (level.Count >= Minimum && reference.Hash is { } hash && BinaryPrimitives.ReadUInt32LittleEndian(hash.Span[4..]) % Divisor == 0))
        {
            Close(index);
        }
    }

    /// <summary>Ends the block of a level; a level's only reference goes up as it is.</summary>
    private void Close(int index)
    {
        Level level = _levels[index];
        VtBlockReference up = level.Count == 1 ? level.Last! : VtBlockReference.OfIndirect(sink.Add(level.Bytes.Written), level.Span);
        level.Bytes.Clear();
        level.Span = 0;
        level.Count = 0;
        level.Last = null;
        Append(index + 1, up);
    }

    /// <summary>The open block of one level. A single reference is not written until a second one comes: most files have one chunk.</summary>
    private sealed class Level
    {
        public ByteWriter Bytes { get; } = new(128);

        public long Span { get; set; }

        public int Count { get; set; }

        public VtBlockReference? Last { get; set; }
    }
}
