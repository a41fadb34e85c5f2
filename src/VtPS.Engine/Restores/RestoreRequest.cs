namespace VtPS.Engine.Restores;

/// <summary>What is to be restored, and where to.</summary>
internal sealed record RestoreRequest
{
    /// <summary>What to restore. An item that lies below another one given is not restored twice.</summary>
    public required IReadOnlyList<RestoreSelection> Selections { get; init; }

    /// <summary>The folder to restore to, as bytes (made if it is not there); null: in place, each entry to its recorded source.</summary>
    public byte[]? Destination { get; init; }

    /// <summary>Wildcard patterns: only files whose name or path matches one.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>gitignore patterns of what is left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Replace what is there and differs; in place, allow a backup of another host.</summary>
    public bool Force { get; init; }

    /// <summary>Remove what is in a restored directory and not in the backup.</summary>
    public bool Delete { get; init; }

    /// <summary>Called with each item's path below the destination; the result is the path it gets instead, null or empty leaves it out.</summary>
    public Func<string, string?>? Rename { get; init; }

    /// <summary>How many leading names of each path are dropped; items with no more names are left out.</summary>
    public int StripComponents { get; init; }

    /// <summary>Owners by number alone; else by name where this machine knows the name.</summary>
    public bool NumericId { get; init; }

    /// <summary>Read back and compare every file that was written.</summary>
    public bool Verify { get; init; }

    public OnDamage OnDamage { get; init; }

    public int? ThrottleLimit { get; init; }
}
