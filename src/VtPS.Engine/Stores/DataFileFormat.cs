using System.Buffers.Binary;
using VtPS.Engine.Hashing;

namespace VtPS.Engine.Stores;

/// <summary>The fixed parts of a data file. All numbers are little-endian; docs/format.md has the picture.</summary>
internal static class DataFileFormat
{
    public const int Version = 1;
    public const int HeaderLength = 64;

    /// <summary>The header without the lease and the checksum: what each sealed record is bound to, and what can be told without the header.</summary>
    public const int HeaderBoundLength = 32;

    public const int ClosingLength = 24;

    /// <summary>Magic, version, epoch, number, body length: in the clear before each record's body.</summary>
    public const int PrefixLength = 20;

    /// <summary>A data file is sealed once it is this long, in bytes.</summary>
    public const long TargetLength = 64L << 20;

    /// <summary>A data file is sealed, too, once its trailer would be this long, in bytes.</summary>
    public const int TargetTrailerLength = 4 << 20;

    /// <summary>The most that small blocks in company come to before compression, in bytes; a longer block stands alone.</summary>
    public const int CompanyLength = 1 << 20;

    /// <summary>The longest block, in bytes.</summary>
    public const int MaximumBlock = 8 << 20;

    /// <summary>The longest body that a prefix may announce, in bytes: the longest block, and room for what a record says of its blocks.</summary>
    public const int MaximumBody = MaximumBlock + (1 << 20);

    /// <summary>The longest record in a file, in bytes: prefix, the longest body and the longer of the tails.</summary>
    public const int MaximumRecord = PrefixLength + MaximumBody + 16;

    /// <summary>The number of the record that is the trailer.</summary>
    public const uint TrailerNumber = uint.MaxValue;

    public static ReadOnlySpan<byte> HeaderMagic => "VtPSdata"u8;

    public static ReadOnlySpan<byte> RecordMagic => "VtRc"u8;

    public static ReadOnlySpan<byte> ClosingMagic => "VtPSend\n"u8;

    public static void WriteHeader(Span<byte> header, VtHashName hash, DataFileContent content, uint epoch, DataFileId file, DataFileId lease)
    {
        header[..HeaderLength].Clear();
        HeaderMagic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], Version);
        header[10] = (byte)hash;
        header[11] = (byte)content;
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], epoch);
        file.Write(header[16..]);
        lease.Write(header[32..]);
        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], Checksum.Xxh3(header[..56]));
    }

    /// <summary>The epoch that a header, checked before, names: 0 for a plain file.</summary>
    public static uint ReadEpoch(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);

    /// <summary>The epoch that a record's prefix names.</summary>
    public static uint ReadRecordEpoch(ReadOnlySpan<byte> prefix) => BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);

    /// <summary>The number that a record's prefix names.</summary>
    public static uint ReadRecordNumber(ReadOnlySpan<byte> prefix) => BinaryPrimitives.ReadUInt32LittleEndian(prefix[12..]);

    /// <summary>Checks a header and returns the lease that wrote the file.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or of another file or hash.</exception>
    /// <exception cref="VtException">StoreFormatUnsupported.</exception>
    public static DataFileId CheckHeader(ReadOnlySpan<byte> header, DataFileId file, VtHashName hash)
    {
        if (header.Length < HeaderLength || !header.StartsWith(HeaderMagic))
        {
            throw new InvalidDataException("It does not begin as a data file does.");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(header[56..]) != Checksum.Xxh3(header[..56]))
        {
            throw new InvalidDataException("The checksum of its header does not match.");
        }

        int version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new VtException(VtErrorId.StoreFormatUnsupported, $"The data file {file} has format {version}; this version of VtPS reads format {Version}. Use a newer version of VtPS.", file.ToString());
        }

        if (DataFileId.Read(header[16..]) != file)
        {
            throw new InvalidDataException($"Its header names another file, {DataFileId.Read(header[16..])}.");
        }

        if (header[10] != (byte)hash)
        {
            throw new InvalidDataException($"Its header names the hash function {header[10]}, not the Store's.");
        }

        return DataFileId.Read(header[32..]);
    }

    public static void WriteClosing(Span<byte> closing, long trailerOffset, long fileLength)
    {
        BinaryPrimitives.WriteInt64LittleEndian(closing, trailerOffset);
        BinaryPrimitives.WriteInt64LittleEndian(closing[8..], fileLength);
        ClosingMagic.CopyTo(closing[16..]);
    }

    /// <summary>Where the trailer begins, or -1 if these are not the closing bytes of a file of that length.</summary>
    public static long ReadClosing(ReadOnlySpan<byte> closing, long fileLength)
    {
        long offset = BinaryPrimitives.ReadInt64LittleEndian(closing);
        return closing[16..ClosingLength].SequenceEqual(ClosingMagic)
            && BinaryPrimitives.ReadInt64LittleEndian(closing[8..]) == fileLength
            && offset >= HeaderLength && offset <= fileLength - ClosingLength - PrefixLength
            ? offset
            : -1;
    }
}
