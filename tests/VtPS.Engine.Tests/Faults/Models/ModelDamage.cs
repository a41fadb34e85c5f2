using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Faults.Models;

/// <summary>
/// Damages a Store that nobody writes to, and has it repaired. After the damage: the check finds it, and a restore gives every file right that the check calls undamaged
/// and an error for each other. After the repair and new backups of what is still on disk: everything restores again.
/// </summary>
/// <param name="storage">The Store's storage.</param>
/// <param name="credentials">What opens it.</param>
/// <param name="indexes">Where the index is.</param>
/// <param name="players">The sources, and what was promised of them.</param>
/// <param name="random">Chooses.</param>
/// <param name="restoreTo">A folder that is not there, to restore to.</param>
internal sealed class ModelDamage(
    IObjectStorage storage, StoreCredentials? credentials, IBlockIndexFactory indexes, IReadOnlyList<(ModelSource Source, ModelMemory Memory)> players, Random random, string restoreTo)
{
    // Those whose damage must be found as such, by their names; a data file that is gone shows by what it held.
    private readonly HashSet<string> _changed = [];
    private readonly HashSet<string> _records = [];

    /// <summary>What was done, for the counts.</summary>
    public List<string> Done { get; } = [];

    public async Task RunAsync()
    {
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            await DamageAsync();
        }

        IReadOnlyList<VtTestResult> findings = await CheckAsync();
        foreach (string name in _changed)
        {
            Assert.True(findings.Any(f => f.IsDamage && f.ObjectName == name), $"The check does not tell of '{name}'.");
        }

        // A record that cannot be read is lost: it stands in the way of optimize runs until it is removed.
        await RemoveRecordsAsync();
        int broken = await RestoreAllAsync(findings);
        if (random.Next(3) == 0)
        {
            await OptimizeAsync(mayRefuse: true);
        }

        await RepairAsync();
        await HealAsync();
        Assert.Equal(0, await RestoreAllAsync(null));
        await TidyAsync();
        Done.Add(broken > 0 ? "damages that hid files, healed" : "damages that hid nothing");
    }

    private async Task DamageAsync()
    {
        List<ObjectInfo> data = await storage.ListAllAsync(StoreNames.Data, CancellationToken.None);
        List<string> backups = [.. players.SelectMany(player => player.Memory.Ids)];
        if (random.Next(6) == 0 && backups.Count > 3)
        {
            string id = backups[random.Next(backups.Count)];
            if (_records.Add(id))
            {
                await ChangeAsync(StoreNames.Backup(id), bytes => Flip(bytes, random.Next(bytes.Length)));
            }

            return;
        }

        if (data.Count == 0)
        {
            return;
        }

        // Sorted, so that a seed says what happens as far as the ids allow.
        string name = data.OrderBy(info => info.Length).ThenBy(info => info.Name, StringComparer.Ordinal).ElementAt(random.Next(data.Count)).Name;
        switch (random.Next(5))
        {
            case 0:
                await storage.DeleteAsync(name, CancellationToken.None);
                _changed.Remove(name);
                Done.Add("data files deleted");
                break;
            case 1:
                await ChangeAsync(name, bytes => bytes[..random.Next(1, bytes.Length)]);
                Done.Add("data files cut off");
                break;
            case 2:
                await ChangeAsync(name, bytes => bytes[..(bytes.Length - random.Next(1, Math.Min(64, bytes.Length)))]);
                Done.Add("trailers torn");
                break;
            default:
                await ChangeAsync(name, bytes => Flip(bytes, random.Next(bytes.Length)));
                Done.Add("data files flipped");
                break;
        }
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 0x10;
        return bytes;
    }

    private async Task ChangeAsync(string name, Func<byte[], byte[]> change)
    {
        // Two flips could make good one another.
        if (_changed.Add(name))
        {
            byte[] bytes = await storage.GetAsync(name, int.MaxValue, CancellationToken.None);
            await storage.DeleteAsync(name, CancellationToken.None);
            await storage.PutAsync(name, "damage", change(bytes), CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<VtTestResult>> CheckAsync()
    {
        await using StoreSession session = await OpenAsync();
        return await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, CancellationToken.None);
    }

    private async Task RemoveRecordsAsync()
    {
        if (_records.Count == 0)
        {
            return;
        }

        await using StoreSession session = await OpenAsync();
        foreach (string id in _records)
        {
            VtException e = await Assert.ThrowsAsync<VtException>(() => BackupCatalog.ResolveAsync(session, id, new BackupFilter(), CancellationToken.None));
            Assert.Contains(id, e.Message, StringComparison.Ordinal);
            Forget(id);
            Done.Add("backup records flipped");
        }

        Assert.True(await OptimizeAsync(mayRefuse: true), "An optimize run went on although a backup's record cannot be read.");
        await RemoveBackupOperation.RunAsync(session, _records, CancellationToken.None);
    }

    /// <summary>Restores everything; the number of backups that are not whole.</summary>
    /// <param name="findings">What the check found; null: it is not asked.</param>
    private async Task<int> RestoreAllAsync(IReadOnlyList<VtTestResult>? findings)
    {
        int broken = 0;
        await using StoreSession session = await OpenAsync();
        foreach ((_, ModelMemory memory) in players)
        {
            foreach (string id in memory.Ids)
            {
                int errors = await ModelRestore.RunAsync(session, id, memory[id], restoreTo);
                broken += errors > 0 ? 1 : 0;
                bool found = findings is null || findings.Any(f => f.IsDamage && f.BackupId.Contains(id) && f.Path.Length > 0);
                Assert.True(errors == 0 || found, $"Backup {id} does not restore, and the check does not name it.");
                Assert.True(errors > 0 || findings is null || !found, $"Backup {id} restores, and the check says that paths in it are damaged.");
            }
        }

        return broken;
    }

    private async Task RepairAsync()
    {
        await using StoreSession session = await OpenAsync();
        if (random.Next(4) == 0)
        {
            await RepairOperation.RebuildIndexAsync(session, CancellationToken.None);
        }

        // Blocks of files that are gone need no salvage to be stored again.
        if (_changed.Count > 0 || random.Next(2) == 0)
        {
            RepairPlan plan = await RepairOperation.PlanAsync(session, NullObserver.Instance, CancellationToken.None);
            foreach (VtTestResult result in await RepairOperation.SalvageAsync(session, plan, NullObserver.Instance, CancellationToken.None))
            {
                Assert.Equal(VtTestKind.Salvaged, result.Kind);
            }

            Done.Add("salvages");
        }
    }

    /// <summary>Puts what each backup holds back on disk, as if it had never gone, and backs it up.</summary>
    private async Task HealAsync()
    {
        await using StoreSession session = await OpenAsync();
        foreach ((ModelSource source, ModelMemory memory) in players)
        {
            foreach (string content in memory.Ids.Select(id => memory[id]).Distinct().ToList())
            {
                source.Make(content);
                Assert.Equal(content, source.Describe());
                VtBackup backup = await ModelPlayer.BackUpAsync(session, source);
                Assert.Equal(VtBackupStatus.Complete, backup.Status);
                memory.Promise(backup.Id, content);
            }
        }
    }

    /// <summary>
    /// Removes the backups whose side-car alone is lost, as optimize runs ask for, those that nothing is promised of (a run or a removal that died left them),
    /// and the originals that were set aside.
    /// </summary>
    private async Task TidyAsync()
    {
        await using (StoreSession session = await OpenAsync())
        {
            foreach (VtTestResult finding in (await CheckAsync()).Where(finding => finding.IsDamage))
            {
                bool promised = finding.BackupId.Any(id => players.Any(player => player.Memory.Ids.Contains(id)));
                Assert.False(promised && finding.Path.Length > 0, $"After the repair and the new backups: {finding.Message} {string.Join(" ", finding.Path)}");
                foreach (string id in finding.BackupId)
                {
                    Forget(id);
                    await RemoveBackupOperation.RunAsync(session, [id], CancellationToken.None);
                }
            }
        }

        foreach (ObjectInfo info in await storage.ListAllAsync(StoreNames.Damaged, CancellationToken.None))
        {
            await storage.DeleteAsync(info.Name, CancellationToken.None);
        }

        Assert.False(await OptimizeAsync(mayRefuse: false));
        Assert.DoesNotContain(await CheckAsync(), finding => finding.IsDamage);
    }

    /// <summary>Whether it refused.</summary>
    private async Task<bool> OptimizeAsync(bool mayRefuse)
    {
        await using StoreSession session = await OpenAsync();
        try
        {
            await StoreCheck.OptimizeAsync(session);
            return false;
        }
        catch (VtException e) when (mayRefuse && e.Message.Contains("Nothing was deleted", StringComparison.Ordinal))
        {
            return true;
        }
    }

    private void Forget(string id)
    {
        foreach ((_, ModelMemory memory) in players)
        {
            memory.Forget(id);
        }
    }

    private Task<StoreSession> OpenAsync() =>
        StoreSession.OpenAsync(new StoreAddress("memory") { Credentials = credentials }, new FaultyStorage(storage), indexes, CancellationToken.None);
}
