using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
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
            await DeleteAllAsync(home.Storage, StoreNames.Backups);

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
                await DeleteAllAsync(home.Storage, StoreNames.Data);
            }
        });
        await DeleteAllAsync(home.Storage, StoreNames.Backups);

        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        VtException e = await Assert.ThrowsAsync<VtException>(() => home.BackupAsync(session, "b"));
        Assert.Equal(VtErrorId.StoreFull, e.ErrorId);
        Assert.Empty(await StoreCheck.ReadAllAsync(home.Storage));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(5, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(5, true)]
    public async Task AFileThatWentWhileItsTrailerWasReadLeftTheReaderWithoutTheNextPlace(int moves, bool isTest)
    {
        using FaultHome home = await FaultHome.CreateAsync();
        MemoryStorage storage = home.Storage;
        await DeleteAllAsync(storage, StoreNames.Data);

        // The same blocks in one place after the other, as optimize runs may move them.
        List<Dictionary<string, byte[]>> places = [];
        VtBackup? backup = null;
        for (int i = 0; i <= moves; i++)
        {
            await DeleteAllAsync(storage, StoreNames.Backups);
            await using StoreSession writer = await StoreCheck.OpenAsync(storage);
            backup = await home.BackupAsync(writer, "b");
            Dictionary<string, byte[]> place = [];
            foreach (ObjectInfo file in await storage.ListAllAsync(StoreNames.Data, CancellationToken.None))
            {
                place[file.Name] = await storage.GetAsync(file.Name, (int)file.Length, CancellationToken.None);
            }

            places.Add(place);
            await DeleteAllAsync(storage, StoreNames.Data);
        }

        int at = 0;
        bool moving = false;
        await PutAllAsync(storage, places[0]);
        HookedStorage moved = new(storage, async (call, name) =>
        {
            if (moving && call == StorageCall.Read && at < moves && places[at].ContainsKey(name))
            {
                await PutAllAsync(storage, places[++at]);
                foreach (string old in places[at - 1].Keys)
                {
                    await storage.DeleteAsync(old, CancellationToken.None);
                }
            }
        });
        await using StoreSession reader = await StoreCheck.OpenAsync(moved);
        moving = true;
        if (isTest)
        {
            IReadOnlyList<VtTestResult> findings = await TestOperation.RunAsync(reader, new TestRequest(), NullObserver.Instance, CancellationToken.None);
            Assert.Equal(VtTestKind.Passed, Assert.Single(findings).Kind);
        }
        else
        {
            Assert.Equal(StoreCheck.DescribeLive(home.Source("b")), await StoreCheck.DescribeAsync(reader, backup!));
        }

        Assert.Equal(moves, at);
    }

    [Fact]
    public async Task AListingThatWasBegunLaterHidFromAWriterThatAFileItHadReadOfWasGivenUp()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        StoreSession? session = null;
        bool isLooking = false;
        HookedStorage storage = new(home.Storage, async (call, name) =>
        {
            if (isLooking && call == StorageCall.List && name == StoreNames.Trash)
            {
                // A reader looks, all of it, and then an optimize run gives up every file: all between two calls of the writer's look.
                isLooking = false;
                await session!.RefreshAsync(CancellationToken.None);
                foreach (ObjectInfo file in await home.Storage.ListAllAsync(StoreNames.Data, CancellationToken.None))
                {
                    Assert.True(StoreNames.TryParseDataFile(file.Name, out DataFileId id));
                    await home.Storage.PutAsync(TrashRecord.NewName(), "test", TrashRecord.Write([id]), CancellationToken.None);
                }
            }
        });
        session = await StoreCheck.OpenAsync(storage);
        await using (session)
        {
            VtHash root = VtBlockReference.Parse(home.Kept.Root).Hash!;
            Assert.True(session.Index.Contains(root));
            isLooking = true;
            await using StoreWriter writer = await StoreWriter.OpenAsync(session, "test", CancellationToken.None);
            Assert.False(writer.Has(root));

            // It says that it has read the trash, so these files may go at any time.
            await session.RefreshAsync(CancellationToken.None);
            Assert.False(writer.Has(root));
        }
    }

    private static async Task PutAllAsync(MemoryStorage storage, Dictionary<string, byte[]> place)
    {
        foreach ((string name, byte[] bytes) in place)
        {
            await storage.PutAsync(name, "test", bytes, CancellationToken.None);
        }
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

    private static Task BuryAllAsync(MemoryStorage storage) => DeleteAllAsync(storage, StoreNames.Leases);

    private static async Task DeleteAllAsync(MemoryStorage storage, string prefix)
    {
        foreach (ObjectInfo info in await storage.ListAllAsync(prefix, CancellationToken.None))
        {
            await storage.DeleteAsync(info.Name, CancellationToken.None);
        }
    }
}
