namespace VtPS.Engine.Compression;

/// <summary>How a record's payload is compressed. The numbers stand in data files and never change.</summary>
internal enum Codec : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Zstandard (RFC 8878), by the system's libzstd.</summary>
    Zstd = 1,

    /// <summary>Brotli (RFC 7932), built into .NET.</summary>
    Brotli = 2,
}
