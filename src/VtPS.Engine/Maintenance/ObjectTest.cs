using System.Text.Json;
using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Looks at every object of a Store but the data files: whether it is understood, and whether it belongs there.</summary>
internal sealed class ObjectTest(StoreSession store)
{
    /// <summary>What was found.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>The backups that can be read, oldest first.</summary>
    public List<VtBackup> Backups { get; } = [];

    /// <summary>Amendments that cannot be read, with the newest readable state of their backup.</summary>
    public List<(VtBackup Before, long Number)> DamagedAmendments { get; } = [];

    /// <summary>Trash objects that cannot be understood.</summary>
    public List<string> DamagedTrash { get; } = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, List<long>> backups = [];
        HashSet<string> leases = [];
        List<(string Id, string Name)> beats = [];
        foreach (ObjectInfo info in await store.Storage.ListAllAsync(string.Empty, cancellationToken).ConfigureAwait(false))
        {
            string name = info.Name;
            if (StoreNames.TryParseNumbered(StoreNames.Backups, name, out string id, out long number))
            {
                if (!backups.TryGetValue(id, out List<long>? numbers))
                {
                    backups.Add(id, numbers = []);
                }

                numbers.Add(number);
            }
            else if (StoreNames.TryParseNumbered(StoreNames.Leases, name, out id, out number))
            {
                if (number == 0)
                {
                    leases.Add(id);
                }
                else
                {
                    beats.Add((id, name));
                }

                await CheckAsync(name, LeaseRecord.MaximumLength, cancellationToken).ConfigureAwait(false);
            }
            else if (StoreNames.TryParseNumbered(StoreNames.Trash, name, out _, out number) && number == 0)
            {
                await CheckTrashAsync(name, cancellationToken).ConfigureAwait(false);
            }
            else if (StoreNames.TryParseNumbered(StoreNames.Keys, name, out _, out number) && number == 0)
            {
                await CheckAsync(name, 1 << 20, cancellationToken).ConfigureAwait(false);
            }
            else if (EpochRecord.TryParseName(name, out uint epoch, out bool rekeyed))
            {
                await CheckEpochAsync(name, epoch, rekeyed, cancellationToken).ConfigureAwait(false);
            }
            else if (name.StartsWith(StoreNames.Damaged, StringComparison.Ordinal))
            {
                Findings.Add(new Finding(VtTestKind.SetAside, name, $"A repair set '{name}' ({info.Length} bytes) aside. Delete it by hand when you no longer want it."));
            }
            else if (name != StoreNames.Config && !StoreNames.TryParseDataFile(name, out _))
            {
                Findings.Add(new Finding(VtTestKind.UnknownObject, name, $"'{name}' is none of a Store's objects: it was put there by hand or by something else. VtPS leaves it alone."));
            }
        }

        foreach ((string id, string name) in beats)
        {
            if (!leases.Contains(id))
            {
                Findings.Add(new Finding(VtTestKind.Leftover, name, $"'{name}' is a beat of a writer whose lease is gone. The next Optimize-VtStore (vt prune) deletes it."));
            }
        }

        await ReadBackupsAsync(backups, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadBackupsAsync(Dictionary<string, List<long>> backups, CancellationToken cancellationToken)
    {
        foreach ((string id, List<long> numbers) in backups)
        {
            numbers.Sort();
            VtBackup? backup = null;
            bool damaged = false;
            foreach (long number in numbers[0] == 0 ? numbers : [0, .. numbers])
            {
                try
                {
                    // The newest amendment is the one that counts; the others must be readable all the same.
                    VtBackup? read = await BackupCatalog.TryReadAsync(store, id, number, damage => throw damage, cancellationToken).ConfigureAwait(false);
                    if (read is null)
                    {
                        break;
                    }

                    backup = read;
                }
                catch (Exception e) when (e is InvalidDataException or VtException { ErrorId: not VtErrorId.StoreReadFailed })
                {
                    damaged |= number == 0;
                    if (backup is not null)
                    {
                        DamagedAmendments.Add((backup, number));
                    }

                    string name = number == 0 ? StoreNames.Backup(id) : StoreNames.Amendment(id, number);
                    string advice = number == 0
                        ? $"Without it nothing of this backup can be found; the blocks stay. If there is a copy of the file, put it back; else Remove-VtBackup -Backup {id} removes the record, which stands in the way of freeing space."
                        : $"The backup itself is not touched; its tags, comment and pin are. If there is a copy of the file, put it back; else Repair-VtStore -Salvage sets it aside.";
                    Finding finding = new(VtTestKind.BackupDamaged, name, $"{e.Message} {advice}");
                    finding.Touch(id, "/");
                    Findings.Add(finding);
                    if (damaged)
                    {
                        break;
                    }
                }
            }

            if (backup is not null)
            {
                Backups.Add(backup);
            }
            else if (!damaged && numbers[0] > 0)
            {
                Findings.Add(new Finding(VtTestKind.Leftover, StoreNames.Amendment(id, numbers[0]), $"Amendments of the removed backup {id} were left behind. The next removal or Optimize-VtStore (vt prune) deletes them."));
            }
        }

        Backups.Sort(static (a, b) => a.StartTime != b.StartTime ? a.StartTime.CompareTo(b.StartTime) : string.CompareOrdinal(a.Id, b.Id));
    }

    private async Task CheckTrashAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            TrashRecord.Read(name, await store.Storage.GetAsync(name, TrashRecord.MaximumLength, cancellationToken).ConfigureAwait(false), store.Info.Path);
        }
        catch (ObjectNotFoundException)
        {
        }
        catch (InvalidDataException e)
        {
            DamagedTrash.Add(name);
            Findings.Add(new Finding(VtTestKind.ObjectDamaged, name, TrashRecord.Damaged(name, store.Info.Path, e).Message));
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.DataFileDamaged)
        {
            DamagedTrash.Add(name);
            Findings.Add(new Finding(VtTestKind.ObjectDamaged, name, e.Message));
        }
    }

    private async Task CheckEpochAsync(string name, uint epoch, bool rekeyed, CancellationToken cancellationToken)
    {
        try
        {
            Encryption.EpochKey? key = store.Keys?.Keys.FirstOrDefault(k => k.Epoch == epoch);
            byte[] bytes = await store.RawStorage.GetAsync(name, EpochRecord.MaximumLength, cancellationToken).ConfigureAwait(false);
            if (key is null)
            {
                throw new InvalidDataException($"this Store, as it was opened, has no key of epoch {epoch}. Someone put it there, or the key is being changed at this moment.");
            }

            EpochRecord.Read(store.Config.Id, key, rekeyed, bytes);
        }
        catch (ObjectNotFoundException)
        {
        }
        catch (InvalidDataException e)
        {
            Findings.Add(new Finding(VtTestKind.ObjectDamaged, name, $"'{name}' cannot be understood: {e.Message} The Store opens without it as long as a newer epoch's record is whole."));
        }
    }

    private async Task CheckAsync(string name, int maximum, CancellationToken cancellationToken)
    {
        try
        {
            using JsonDocument document = CheckedJson.Read(await store.Storage.GetAsync(name, maximum, cancellationToken).ConfigureAwait(false), name);
            _ = document.RootElement.GetProperty("id");
        }
        catch (ObjectNotFoundException)
        {
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or InvalidOperationException)
        {
            Findings.Add(new Finding(VtTestKind.ObjectDamaged, name, $"'{name}' cannot be understood: {e.Message}"
                + (name.StartsWith(StoreNames.Leases, StringComparison.Ordinal) ? " It goes away by itself: its writer, if it still runs, replaces it; else Optimize-VtStore buries it once it was silent for the grace period." : string.Empty)));
        }
    }
}
