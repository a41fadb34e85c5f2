namespace VtPS.Engine.Stores;

/// <summary>Where a Store is and what it is known by.</summary>
/// <param name="Location">An absolute path, or a URI.</param>
/// <param name="Name">The registered name; null where it has none.</param>
internal sealed record StoreAddress(string Location, string? Name = null)
{
    /// <summary>What opens the Store, where the user gave it; null: what there is for runs without a user, see <see cref="StoreCredentials.Unattended"/>.</summary>
    public StoreCredentials? Credentials { get; init; }
}
