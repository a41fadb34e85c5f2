using System.Text.Json;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// The leases of a Store as an observer sees them. A lease of this boot is dead when the lock that was taken before its file got its name is free;
/// any other, when it gave no sign of life for the grace period by this machine's own monotonic clock. No clocks of two machines are compared.
/// </summary>
internal static class LeaseBook
{
    /// <summary>A lease that stands.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Trash">The trash objects that its writer has read, by name.</param>
    internal sealed record StandingLease(DataFileId Id, IReadOnlySet<string> Trash);

    /// <summary>Buries the dead. Comes before <see cref="ListAsync"/>.</summary>
    /// <param name="storage">The Store's storage.</param>
    /// <param name="memory">What was seen of leases in earlier runs on this machine.</param>
    /// <param name="grace">How long a silent lease is believed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many were buried.</returns>
    public static async Task<int> BuryDeadAsync(IObjectStorage storage, ILeaseMemory memory, TimeSpan grace, CancellationToken cancellationToken)
    {
        (Dictionary<string, long> leases, List<(string Id, long Number)> orphans) = await ListNamesAsync(storage, cancellationToken).ConfigureAwait(false);
        int buried = 0;
        foreach ((string id, long beat) in leases)
        {
            if (await IsDeadAsync(storage, id, beat, memory, grace, cancellationToken).ConfigureAwait(false))
            {
                await storage.DeleteAsync(StoreNames.Lease(id), cancellationToken).ConfigureAwait(false);
                await storage.SweepUnfinishedAsync(id, cancellationToken).ConfigureAwait(false);
                memory.Forget(id);
                buried++;
                for (long number = beat; number > 0 && number > beat - 2; number--)
                {
                    await storage.DeleteAsync(StoreNames.Beat(id, number), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        // Beats whose lease is gone: a writer that died between deleting the two, or that went on beating after its burial.
        foreach ((string id, long number) in orphans)
        {
            await storage.DeleteAsync(StoreNames.Beat(id, number), cancellationToken).ConfigureAwait(false);
        }

        await SweepUnfinishedAsync(storage, leases.Keys, memory, grace, cancellationToken).ConfigureAwait(false);
        return buried;
    }

    /// <summary>
    /// Removes what nobody finishes any more: uploads without a lease that stands, such as those of an optimize run that was killed, that have not grown for the
    /// grace period. Wrongly judged, they cost their run an error, never data.
    /// </summary>
    private static async Task SweepUnfinishedAsync(IObjectStorage storage, IReadOnlyCollection<string> leases, ILeaseMemory memory, TimeSpan grace, CancellationToken cancellationToken)
    {
        foreach (UnfinishedUpload unfinished in await storage.ListUnfinishedAsync(cancellationToken).ConfigureAwait(false))
        {
            string key = "tmp-" + unfinished.Owner;
            if (!leases.Contains(unfinished.Owner) && memory.SilentFor(key, unfinished.Length) > grace)
            {
                await storage.SweepUnfinishedAsync(unfinished.Owner, cancellationToken).ConfigureAwait(false);
                memory.Forget(key);
            }
        }
    }

    /// <summary>The leases that stand, each with the trash objects it has noted as read.</summary>
    public static async Task<List<StandingLease>> ListAsync(IObjectStorage storage, CancellationToken cancellationToken)
    {
        List<StandingLease> standing = [];
        (Dictionary<string, long> leases, _) = await ListNamesAsync(storage, cancellationToken).ConfigureAwait(false);
        foreach ((string id, long beat) in leases)
        {
            DataFileId.TryParse(id, out DataFileId parsed);
            standing.Add(new StandingLease(parsed, await ReadTrashAsync(storage, id, beat, cancellationToken).ConfigureAwait(false)));
        }

        return standing;
    }

    private static async Task<(Dictionary<string, long> Leases, List<(string Id, long Number)> Orphans)> ListNamesAsync(IObjectStorage storage, CancellationToken cancellationToken)
    {
        HashSet<string> leases = [];
        List<(string Id, long Number)> beats = [];
        await foreach (ObjectInfo info in storage.ListAsync(StoreNames.Leases, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseNumbered(StoreNames.Leases, info.Name, out string id, out long number))
            {
                if (number == 0)
                {
                    leases.Add(id);
                }
                else
                {
                    beats.Add((id, number));
                }
            }
        }

        Dictionary<string, long> latest = leases.ToDictionary(id => id, _ => 0L);
        List<(string, long)> orphans = [];
        foreach ((string id, long number) in beats)
        {
            if (latest.TryGetValue(id, out long before))
            {
                latest[id] = Math.Max(before, number);
            }
            else
            {
                orphans.Add((id, number));
            }
        }

        return (latest, orphans);
    }

    /// <summary>What a lease has noted; nothing where its beat cannot be read: then nothing is deleted on its account.</summary>
    private static async Task<IReadOnlySet<string>> ReadTrashAsync(IObjectStorage storage, string id, long beat, CancellationToken cancellationToken)
    {
        HashSet<string> trash = new(StringComparer.Ordinal);
        if (beat == 0)
        {
            return trash;
        }

        try
        {
            byte[] bytes = await storage.GetAsync(StoreNames.Beat(id, beat), LeaseRecord.MaximumLength, cancellationToken).ConfigureAwait(false);
            using JsonDocument document = CheckedJson.Read(bytes, StoreNames.Beat(id, beat));
            foreach (JsonElement name in document.RootElement.GetProperty("trash").EnumerateArray())
            {
                trash.Add(name.GetString() ?? throw new InvalidDataException("A beat names nothing."));
            }
        }
        catch (Exception e) when (e is ObjectNotFoundException or InvalidDataException or KeyNotFoundException or InvalidOperationException)
        {
            trash.Clear();
        }

        return trash;
    }

    private static async Task<bool> IsDeadAsync(IObjectStorage storage, string id, long beat, ILeaseMemory memory, TimeSpan grace, CancellationToken cancellationToken)
    {
        string? boot = null;
        bool locked = false;
        try
        {
            byte[] bytes = await storage.GetAsync(StoreNames.Lease(id), LeaseRecord.MaximumLength, cancellationToken).ConfigureAwait(false);
            using JsonDocument document = CheckedJson.Read(bytes, StoreNames.Lease(id));
            boot = document.RootElement.TryGetProperty("boot", out JsonElement value) ? value.GetString() : null;
            locked = document.RootElement.GetProperty("locked").GetBoolean();
        }
        catch (ObjectNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or InvalidOperationException)
        {
            // A lease that cannot be understood is judged by its signs of life alone.
        }

        if (locked && boot is not null && boot == storage.LockDomain)
        {
            return await storage.IsLockedAsync(StoreNames.Lease(id), cancellationToken).ConfigureAwait(false) == false;
        }

        return memory.SilentFor(id, beat) > grace;
    }
}
