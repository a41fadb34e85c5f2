using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Opens records, decompresses them and hashes every block. For one thread at a time.</summary>
internal sealed class RecordVerifier(DataFileReader files, VtHashName hashName) : IDisposable
{
    private readonly Decompressor _decompressor = new();
    private readonly List<(VtHash Hash, int Length)> _blocks = [];
    private byte[] _plain = new byte[DataFileFormat.CompanyLength];

    /// <summary>A buffer for whoever reads the records; it grows and is kept.</summary>
    public byte[] Buffer { get; private set; } = [];

    /// <summary>Makes the buffer at least so long, in bytes.</summary>
    public void Reserve(int length)
    {
        if (Buffer.Length < length)
        {
            Buffer = GC.AllocateUninitializedArray<byte>(Math.Max(length, RecordBatch.TargetLength));
        }
    }

    /// <summary>Checks a record that was read.</summary>
    /// <param name="seal">The seal of the file that it is of.</param>
    /// <param name="number">Its number there.</param>
    /// <param name="record">The whole record, which is opened in place.</param>
    /// <param name="listed">What the trailer says of it.</param>
    /// <returns>What is wrong; null where nothing is. <see cref="Plain"/> then has the content of the blocks, one after the other, until the next call.</returns>
    public string? Check(RecordSeal seal, int number, Span<byte> record, IndexedRecord listed)
    {
        try
        {
            _blocks.Clear();
            RecordBody body = files.OpenRecord(seal, number, record, _blocks);
            if (!IsAsListed(listed))
            {
                return "The record holds other blocks than the trailer says.";
            }

            if (_plain.Length < body.PlainLength)
            {
                _plain = GC.AllocateUninitializedArray<byte>(body.PlainLength);
            }

            _decompressor.Decompress(body.Codec, body.Payload, _plain.AsSpan(0, body.PlainLength));
            Plain = _plain.AsMemory(0, body.PlainLength);
            return CheckBlocks();
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    /// <summary>The plain content of the last record that was checked.</summary>
    public ReadOnlyMemory<byte> Plain { get; private set; }

    public void Dispose() => _decompressor.Dispose();

    private bool IsAsListed(IndexedRecord listed)
    {
        if (listed.Blocks.Count != _blocks.Count)
        {
            return false;
        }

        for (int i = 0; i < _blocks.Count; i++)
        {
            if (_blocks[i].Length != listed.Blocks[i].Length || !_blocks[i].Hash.Span.SequenceEqual(listed.Blocks[i].Hash.Span))
            {
                return false;
            }
        }

        return true;
    }

    private string? CheckBlocks()
    {
        Span<byte> actual = stackalloc byte[64];
        actual = actual[..VtHashNames.Size(hashName)];
        int offset = 0;
        for (int i = 0; i < _blocks.Count; i++)
        {
            (VtHash hash, int length) = _blocks[i];
            BlockHasher.Compute(hashName, Plain.Span.Slice(offset, length), actual);
            if (!actual.SequenceEqual(hash.Span))
            {
                return $"The content of the block {hash} does not have its hash.";
            }

            offset += length;
        }

        return null;
    }
}
