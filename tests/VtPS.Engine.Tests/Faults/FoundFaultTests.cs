using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Faults that were found in the engine, each held down by a test named after what went wrong.</summary>
public sealed class FoundFaultTests
{
    [Fact]
    public async Task AFileWithTheBytesOfADirectoryHidWhatTheDirectoryStandsOn()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        home.WriteSource("x", 21, 22, 23);
        await using StoreSession session = await StoreCheck.OpenAsync(home.Storage);
        VtBackup first = await home.BackupAsync(session, "x");
        VtBlockReference directory = await FindAsync(session, first, "x", "1");
        byte[] bytes = await ((StoreTreeReader)session.Trees).ReadContentAsync(directory, CancellationToken.None);
        Assert.NotNull(directory.Hash);
        File.WriteAllBytes(Path.Combine(home.Source("x"), "z.bin"), bytes);

        VtBackup second = await home.BackupAsync(session, "x");
        Assert.Equal(directory.Hash, (await FindAsync(session, second, "x", "1")).Hash);
        Assert.Equal(directory.Hash, (await FindAsync(session, second, "x", "z.bin")).Hash);
        await FaultHome.RemoveAsync(home.Storage, first.Id);
        await StoreCheck.SweepAllAsync(home.Storage);
        Assert.Equal(StoreCheck.DescribeLive(home.Source("x")), (await StoreCheck.ReadAllAsync(home.Storage))[second.Id]);
    }

    [Fact]
    public async Task ABlockWhoseCopiesHadAllBeenGivenUpCouldNotBeRead()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        await using StoreSession session = await StoreCheck.OpenAsync(home.Storage);
        await home.BackupAsync(session, "b");
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage);
        foreach (ObjectInfo file in await home.Storage.ListAllAsync(StoreNames.Data, CancellationToken.None))
        {
            // As several runs at once may do, each relying on a copy that another gives up.
            Assert.True(StoreNames.TryParseDataFile(file.Name, out DataFileId id));
            await home.Storage.PutAsync(TrashRecord.NewName(), "test", TrashRecord.Write([id]), CancellationToken.None);
        }

        Assert.Equal(before, await StoreCheck.ReadAllAsync(home.Storage));
        await StoreCheck.SweepAllAsync(home.Storage);
        Assert.Equal(before, await StoreCheck.ReadAllAsync(home.Storage));
    }

    [Fact]
    public async Task AFlagSetUnderABuriedLeaseSparedTheLookForBlocksThatWereGone()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        home.WriteSource("x", 31, 32, 33);

        // Younger files are read again in any case.
        await Task.Delay(2100);
        StoreSession? session = null;
        bool done = false;
        HookedStorage storage = new(home.Storage, async (call, name) =>
        {
            if (call == StorageCall.Commit && name.StartsWith(StoreNames.Backups, StringComparison.Ordinal) && !done)
            {
                done = true;
                await BuryAllAsync(home.Storage);
                foreach (ObjectInfo file in await home.Storage.ListAllAsync(StoreNames.Data, CancellationToken.None))
                {
                    // The directories stay readable: only then are they compared with.
                    Assert.True(StoreNames.TryParseDataFile(file.Name, out DataFileId id));
                    if (await session!.DataFiles.ReadContentAsync(id, CancellationToken.None) == DataFileContent.Files)
                    {
                        await home.Storage.DeleteAsync(file.Name, CancellationToken.None);
                    }
                }

                // As the reader does when it finds a file gone.
                await session!.RefreshAsync(CancellationToken.None);
            }
        });
        session = await StoreCheck.OpenAsync(storage);
        await using (session)
        {
            foreach (ObjectInfo old in await home.Storage.ListAllAsync(StoreNames.Backups, CancellationToken.None))
            {
                await home.Storage.DeleteAsync(old.Name, CancellationToken.None);
            }

            VtBackup made = await home.BackupAsync(session, "x");
            Assert.True(done);
            Dictionary<string, string> all = await StoreCheck.ReadAllAsync(home.Storage);
            Assert.Equal([made.Id], all.Keys);
            Assert.Equal(StoreCheck.DescribeLive(home.Source("x")), all[made.Id]);
        }
    }

    [Fact]
    public async Task ABackupThatCouldNotBeUpheldStayedWhenTheNewAttemptFailed()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        bool buried = false;
        HookedStorage storage = new(home.Storage, async (call, name) =>
        {
            if (call == StorageCall.Begin && name.StartsWith(StoreNames.Data, StringComparison.Ordinal) && buried)
            {
                throw new VtException(VtErrorId.StoreFull, "Full.");
            }

            if (call == StorageCall.Commit && name.StartsWith(StoreNames.Backups, StringComparison.Ordinal) && !buried)
            {
                buried = true;
                await BuryAllAsync(home.Storage);
                await DeleteDataAsync(home.Storage);
            }
        });
        foreach (ObjectInfo old in await home.Storage.ListAllAsync(StoreNames.Backups, CancellationToken.None))
        {
            await home.Storage.DeleteAsync(old.Name, CancellationToken.None);
        }

        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        VtException e = await Assert.ThrowsAsync<VtException>(() => home.BackupAsync(session, "b"));
        Assert.Equal(VtErrorId.StoreFull, e.ErrorId);
        Assert.Empty(await StoreCheck.ReadAllAsync(home.Storage));
    }

    private static async Task<VtBlockReference> FindAsync(StoreSession session, VtBackup backup, params string[] names)
    {
        VtBlockReference at = VtBlockReference.Parse(backup.Root);
        foreach (string name in names)
        {
            VtBlockReference? next = null;
            await foreach (TreeEntry entry in session.Trees.ReadDirectoryAsync(at, CancellationToken.None))
            {
                if (System.Text.Encoding.UTF8.GetString(entry.Name) == name)
                {
                    next = entry.Content;
                }
            }

            at = next!;
        }

        return at;
    }

    private static async Task BuryAllAsync(MemoryStorage storage)
    {
        foreach (ObjectInfo lease in await storage.ListAllAsync(StoreNames.Leases, CancellationToken.None))
        {
            await storage.DeleteAsync(lease.Name, CancellationToken.None);
        }
    }

    private static async Task DeleteDataAsync(MemoryStorage storage)
    {
        foreach (ObjectInfo file in await storage.ListAllAsync(StoreNames.Data, CancellationToken.None))
        {
            await storage.DeleteAsync(file.Name, CancellationToken.None);
        }
    }
}
