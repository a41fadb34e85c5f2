using VtPS.Engine.Encryption;

namespace VtPS.Engine.Stores;

/// <summary>What a new Store is to be.</summary>
internal sealed record CreateStoreRequest
{
    public required StoreAddress Address { get; init; }

    public VtHashName HashName { get; init; } = VtHashName.Sha256;

    /// <summary>The mean chunk length aimed at, in bytes: a power of two from 4 KiB to 8 MiB.</summary>
    public int AverageBlock { get; init; } = 256 * 1024;

    /// <summary>The shortest chunk; null: a quarter of the average.</summary>
    public int? MinimumBlock { get; init; }

    /// <summary>The longest chunk; null: four times the average, at most 8 MiB.</summary>
    public int? MaximumBlock { get; init; }

    /// <summary><c>zstd</c>, <c>brotli</c>, <c>none</c>; null: zstd where the machine has it, else Brotli with a warning.</summary>
    public string? Compression { get; init; }

    /// <summary>The codec's level; null: 3 for zstd, 4 for Brotli.</summary>
    public int? CompressionLevel { get; init; }

    public string? Description { get; init; }

    /// <summary>What is to open the Store: a slot for each secret. Null or empty: a plain Store.</summary>
    public StoreCredentials? Credentials { get; init; }

    /// <summary>PBKDF2's iterations for a slot of a password.</summary>
    public int Iterations { get; init; } = KeyWrap.DefaultIterations;
}
