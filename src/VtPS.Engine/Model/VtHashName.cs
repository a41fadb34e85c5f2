namespace VtPS;

/// <summary>The hash functions a Store can be made with. The numbers stand in Stores and never change.</summary>
public enum VtHashName
{
    /// <summary>SHA-256 (FIPS 180-4), 32 bytes; the default.</summary>
    Sha256 = 1,

    /// <summary>SHA-512 (FIPS 180-4), 64 bytes.</summary>
    Sha512 = 2,

    /// <summary>SHA3-256 (FIPS 202), 32 bytes; only where the platform has it.</summary>
    Sha3_256 = 3,
}
