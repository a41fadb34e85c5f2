using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using VtPS.Engine.Encryption;

namespace VtPS.Engine.Stores;

/// <summary>
/// The seal of one data file of an encrypted Store: AES-256-GCM under HKDF-SHA256(epoch key, salt = file id, info = <c>VtPS data file</c> and the Store's id).
/// The nonce is the record's kind (4 bytes: 1 a record, 2 the trailer) and number (8 bytes, both little-endian); authenticated beside the body are the prefix
/// and, for a record, the header's first 32 bytes, for the trailer, the whole header. So no record opens in another place, file, epoch or Store.
/// </summary>
/// <remarks>A cipher is for one thread at a time; those not in use are kept for the next record.</remarks>
internal sealed class SealedRecordSeal : RecordSeal
{
    private const int TagLength = 16;
    private const uint RecordNonce = 1;
    private const uint TrailerNonce = 2;

    private readonly List<Way> _ways = [];
    private readonly bool _hasHeader;

    /// <summary>The seal of a file whose header is known.</summary>
    public SealedRecordSeal(string storeId, EpochKey key, DataFileId file, ReadOnlySpan<byte> header)
    {
        _ways.Add(new Way(storeId, key, file, header.ToArray()));
        _hasHeader = true;
    }

    /// <summary>A seal that opens records of a file by whichever of several headers fits; closes nothing and opens no trailer.</summary>
    public SealedRecordSeal(string storeId, DataFileId file, List<(EpochKey Key, byte[] Header)> possible)
    {
        foreach ((EpochKey key, byte[] header) in possible)
        {
            _ways.Add(new Way(storeId, key, file, header));
        }
    }

    public override uint Epoch => _ways[0].Epoch;

    public override RecordShape Shape => RecordShape.Sealed;

    public override bool Admits(uint epoch)
    {
        foreach (Way way in _ways)
        {
            if (way.Epoch == epoch)
            {
                return true;
            }
        }

        return false;
    }

    public override void Close(Span<byte> record)
    {
        if (!_hasHeader)
        {
            throw new InvalidOperationException("A file whose header is not known is not written to.");
        }

        _ways[0].Run(record, seal: true);
    }

    public override bool TryOpen(Span<byte> record)
    {
        if (_hasHeader)
        {
            return _ways[0].Run(record, seal: false);
        }

        if (DataFileFormat.ReadRecordNumber(record) == DataFileFormat.TrailerNumber)
        {
            return false;
        }

        uint epoch = DataFileFormat.ReadRecordEpoch(record);
        byte[] original = record.ToArray();
        foreach (Way way in _ways)
        {
            if (way.Epoch == epoch)
            {
                original.CopyTo(record);
                if (way.Run(record, seal: false))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>One key and header by which records are opened.</summary>
    private sealed class Way
    {
        private readonly byte[] _key = GC.AllocateArray<byte>(32, pinned: true);
        private readonly byte[] _header;
        private readonly ConcurrentBag<AesGcm> _ciphers = [];

        public Way(string storeId, EpochKey key, DataFileId file, byte[] header)
        {
            Epoch = key.Epoch;
            _header = header;
            Span<byte> salt = stackalloc byte[16];
            file.Write(salt);
            key.Derive(salt, Encoding.UTF8.GetBytes("VtPS data file\0" + storeId), _key);
        }

        ~Way() => CryptographicOperations.ZeroMemory(_key);

        public uint Epoch { get; }

        public bool Run(Span<byte> record, bool seal)
        {
            uint number = DataFileFormat.ReadRecordNumber(record);
            bool isTrailer = number == DataFileFormat.TrailerNumber;
            Span<byte> nonce = stackalloc byte[12];
            BinaryPrimitives.WriteUInt32LittleEndian(nonce, isTrailer ? TrailerNonce : RecordNonce);
            BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], number);

            Span<byte> bound = stackalloc byte[DataFileFormat.PrefixLength + DataFileFormat.HeaderLength];
            bound = bound[..(DataFileFormat.PrefixLength + (isTrailer ? DataFileFormat.HeaderLength : DataFileFormat.HeaderBoundLength))];
            record[..DataFileFormat.PrefixLength].CopyTo(bound);
            _header.AsSpan(0, bound.Length - DataFileFormat.PrefixLength).CopyTo(bound[DataFileFormat.PrefixLength..]);

            Span<byte> body = record[DataFileFormat.PrefixLength..^TagLength];
            Span<byte> tag = record[^TagLength..];
            if (!_ciphers.TryTake(out AesGcm? cipher))
            {
                cipher = new AesGcm(_key, TagLength);
            }

            try
            {
                if (seal)
                {
                    cipher.Encrypt(nonce, body, body, tag, bound);
                }
                else
                {
                    cipher.Decrypt(nonce, body, tag, body, bound);
                }

                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
            finally
            {
                _ciphers.Add(cipher);
                GC.KeepAlive(this);
            }
        }
    }
}
