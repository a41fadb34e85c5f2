using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Whether a Store still holds what was promised of it.</summary>
internal static class PromiseCheck
{
    /// <summary>Reads backups block by block.</summary>
    /// <param name="storage">The Store.</param>
    /// <param name="credentials">What opens it; null for a plain one.</param>
    /// <param name="promised">What each backup must hold, by id.</param>
    /// <param name="removed">Those that someone removes: they may be gone, but where the record stands, all must.</param>
    /// <returns>What is lost; null where nothing is.</returns>
    public static async Task<string?> FindLossAsync(
        IObjectStorage storage, StoreCredentials? credentials, IEnumerable<KeyValuePair<string, string>> promised, IReadOnlySet<string> removed)
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, credentials: credentials);
        foreach ((string id, string content) in promised)
        {
            try
            {
                VtBackup? backup = await BackupCatalog.TryReadAsync(session, id, 0, damage => throw damage, CancellationToken.None);
                if (backup is null)
                {
                    if (removed.Contains(id))
                    {
                        continue;
                    }

                    return $"Backup {id} is lost: it is gone.";
                }

                if (await StoreCheck.DescribeAsync(session, backup) != content)
                {
                    return $"Backup {id} is lost: it holds something else.";
                }
            }
            catch (VtException e)
            {
                return $"Backup {id} is lost: {e.Message}";
            }
        }

        return null;
    }
}
