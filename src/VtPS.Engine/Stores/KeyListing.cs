using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>One look at a Store's keys.</summary>
internal sealed class KeyListing
{
    private KeyListing(uint epoch, bool rekeyed, List<string> slotIds, List<string> epochNames)
    {
        Epoch = epoch;
        IsRekeyed = rekeyed;
        SlotIds = slotIds;
        EpochNames = epochNames;
    }

    /// <summary>The present epoch; 0 where there is none.</summary>
    public uint Epoch { get; }

    /// <summary>Whether the rewrite to the present epoch is finished.</summary>
    public bool IsRekeyed { get; }

    /// <summary>The ids of the slots that there are, of whatever epoch.</summary>
    public IReadOnlyList<string> SlotIds { get; }

    /// <summary>The names of every epoch's records.</summary>
    public IReadOnlyList<string> EpochNames { get; }

    /// <exception cref="VtException">StoreReadFailed.</exception>
    public static async Task<KeyListing> ReadAsync(IObjectStorage storage, CancellationToken cancellationToken)
    {
        uint newest = 0;
        HashSet<uint> rekeyed = [];
        List<string> slots = [];
        List<string> epochs = [];
        await foreach (ObjectInfo info in storage.ListAsync(StoreNames.Keys, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseNumbered(StoreNames.Keys, info.Name, out string id, out long number) && number == 0)
            {
                slots.Add(id);
            }
            else if (EpochRecord.TryParseName(info.Name, out uint epoch, out bool isRekeyed))
            {
                epochs.Add(info.Name);
                if (isRekeyed)
                {
                    rekeyed.Add(epoch);
                }
                else
                {
                    newest = Math.Max(newest, epoch);
                }
            }
        }

        slots.Sort(StringComparer.Ordinal);
        return new KeyListing(newest, rekeyed.Contains(newest), slots, epochs);
    }
}
