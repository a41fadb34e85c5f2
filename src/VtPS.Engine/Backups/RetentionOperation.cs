using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>Applies a policy to the backups of a Store, now, on this machine's calendar.</summary>
internal static class RetentionOperation
{
    /// <summary>Says what would be kept and what removed; changes nothing.</summary>
    /// <param name="store">The Store.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="onDamaged">Told of each backup whose record cannot be read: it is neither counted nor removed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">EmptyRetention, InvalidArgument, StoreReadFailed.</exception>
    public static async Task<List<RetentionVerdict>> PlanAsync(StoreSession store, RetentionPolicy policy, Action<VtException> onDamaged, CancellationToken cancellationToken)
    {
        policy.Check();
        List<VtBackup> backups = await BackupCatalog.ReadAllAsync(store, onDamaged, cancellationToken).ConfigureAwait(false);
        return Retention.Apply(backups, policy, DateTimeOffset.Now, TimeZoneInfo.Local);
    }
}
