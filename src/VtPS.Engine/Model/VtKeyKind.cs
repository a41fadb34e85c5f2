namespace VtPS;

/// <summary>What opens a key slot.</summary>
public enum VtKeyKind
{
    /// <summary>A password.</summary>
    Password,

    /// <summary>A key file.</summary>
    KeyFile,
}
