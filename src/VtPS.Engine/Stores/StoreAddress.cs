namespace VtPS.Engine.Stores;

/// <summary>Where a Store is and what it is known by.</summary>
/// <param name="Location">An absolute path, a URI (<c>ssh://…</c>, <c>unix://…</c>), or <c>!</c> and a command that serves it.</param>
/// <param name="Name">The registered name; null where it has none.</param>
internal sealed record StoreAddress(string Location, string? Name = null)
{
    /// <summary>Whether the location was read from an object that may have come from elsewhere, and not given by the user: then no command in it is run.</summary>
    public bool IsFromData { get; init; }

    /// <summary>Whether the Store is reached through a peer, and not in a folder.</summary>
    public bool IsRemote => Location.StartsWith('!') || Location.Contains("://", StringComparison.Ordinal);

    /// <summary>What opens the Store, where the user gave it; null: what there is for runs without a user, see <see cref="StoreCredentials.Unattended"/>.</summary>
    public StoreCredentials? Credentials { get; init; }
}
