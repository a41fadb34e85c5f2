namespace VtPS;

/// <summary>A key slot of an encrypted Store: one password or key file that opens it. Holds nothing that helps to open it.</summary>
public sealed class VtKey
{
    /// <summary>The path or URI of the Store.</summary>
    public required string Store { get; init; }

    /// <summary>The Store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>The slot's id: 32 hexadecimal digits. Any prefix that is unique among the Store's slots stands for it.</summary>
    public required string KeyId { get; init; }

    /// <summary>What opens the slot.</summary>
    public VtKeyKind Kind { get; init; }

    /// <summary>Whether the slot opens the Store.</summary>
    public VtKeyStatus Status { get; init; }

    /// <summary>The epoch of the key inside.</summary>
    public long Epoch { get; init; }

    /// <summary>How often the password is hashed (PBKDF2-HMAC-SHA512); 0 for a key file.</summary>
    public int Iterations { get; init; }

    /// <summary>When the slot was made, in local time.</summary>
    public DateTime CreationTime { get; init; }

    /// <summary>The way back to the Store; gone once the object is serialised.</summary>
    internal VtStore? Origin { get; init; }

    /// <inheritdoc/>
    public override string ToString() => KeyId;
}
