namespace VtPS.Engine.Encryption;

/// <summary>What opens a key slot. The names stand in Stores.</summary>
internal enum SecretKind
{
    /// <summary>A password, stretched by PBKDF2.</summary>
    Password,

    /// <summary>The content of a file of random bytes.</summary>
    KeyFile,
}
