namespace VtPS;

/// <summary>Whether a key slot opens its Store.</summary>
public enum VtKeyStatus
{
    /// <summary>It does.</summary>
    Active,

    /// <summary>It was ended by a change of the Store's key, or removed.</summary>
    Ended,
}
