namespace VtPS;

/// <summary>A Store as a command returns it. It holds no open file; handing it to <c>-Store</c> opens the Store again.</summary>
public sealed class VtStore
{
    /// <summary>The registered name; null where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The full path or URI.</summary>
    public required string Path { get; init; }

    /// <summary>The Store's id: 32 hexadecimal digits, drawn at random when it was made.</summary>
    public required string StoreId { get; init; }

    /// <summary>The hash function, as <c>-HashName</c> takes it.</summary>
    public required string HashName { get; init; }

    /// <summary>The shortest chunk in bytes (the last of a file may be shorter).</summary>
    public int MinimumBlock { get; init; }

    /// <summary>The mean chunk length aimed at, in bytes.</summary>
    public int AverageBlock { get; init; }

    /// <summary>The longest chunk in bytes.</summary>
    public int MaximumBlock { get; init; }

    /// <summary>The codec of new records: <c>zstd</c>, <c>brotli</c> or <c>none</c>.</summary>
    public required string Compression { get; init; }

    /// <summary>The codec's level for new records.</summary>
    public int CompressionLevel { get; init; }

    /// <summary>Whether what the Store holds is sealed.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The version of the on-disk format.</summary>
    public int FormatVersion { get; init; }

    /// <summary>When the Store was made.</summary>
    public DateTime CreationTime { get; init; }

    /// <summary>The text given when the Store was made; null where none was.</summary>
    public string? Description { get; init; }

    /// <summary>The Store's keys, where it was unlocked; gone once the object is serialised. Never the password.</summary>
    internal Engine.Encryption.KeyRing? Keys { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
