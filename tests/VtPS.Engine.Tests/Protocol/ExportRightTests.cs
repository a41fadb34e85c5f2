using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>What a client may do, by the right it is served with.</summary>
public sealed class ExportRightTests
{
    private const string Id = "00112233445566778899aabbccddeeff";
    private const string Data = $"data/00/{Id}.vtd";
    private const string Backup = $"backups/{Id}.json";
    private const string Lease = $"leases/{Id}.json";

    [Fact]
    public async Task A_read_only_client_reads_and_lists_and_does_nothing_else()
    {
        MemoryStorage storage = await FilledAsync();
        await using RemoteObjectStorage client = await ServedStorage.ConnectAsync(storage, ExportRight.ReadOnly);

        Assert.Equal(3, (await client.GetAsync(Data, 10, default)).Length);
        Assert.Single(await client.ListAllAsync("backups/", default));
        await client.FlushNamesAsync(["data/00"], default);
        await DeniedAsync(async () => await client.PutAsync("data/11/x", Id, new byte[3], default));
        await DeniedAsync(async () => await client.TryPutLockedAsync("leases/x.json", new byte[3], default));
        await DeniedAsync(async () => await client.DeleteAsync(Backup, default));
        await DeniedAsync(async () => await client.SweepUnfinishedAsync(Id, default));
        Assert.Equal(2, (await storage.ListAllAsync(string.Empty, default)).Count);
    }

    [Fact]
    public async Task An_append_only_client_puts_data_and_backups_and_deletes_nothing()
    {
        MemoryStorage storage = await FilledAsync();
        await using RemoteObjectStorage client = await ServedStorage.ConnectAsync(storage, ExportRight.AppendOnly);

        await client.PutAsync("data/11/new.vtd", Id, new byte[3], default);
        await client.PutAsync("backups/new.json", Id, new byte[3], default);
        await Assert.ThrowsAsync<ObjectExistsException>(async () => await client.PutAsync(Backup, Id, new byte[4], default));
        await DeniedAsync(async () => await client.DeleteAsync(Data, default));
        await DeniedAsync(async () => await client.DeleteAsync(Backup, default));
        await DeniedAsync(async () => await client.DeleteAsync("backups/new.json", default));
        await DeniedAsync(async () => await client.PutAsync("trash/x.json", Id, new byte[3], default));
        await DeniedAsync(async () => await client.PutAsync("keys/x.json", Id, new byte[3], default));
        await DeniedAsync(async () => await client.PutAsync("store.json", Id, new byte[3], default));
        await DeniedAsync(async () => await client.SweepUnfinishedAsync(Id, default));
        Assert.Equal(4, (await storage.ListAllAsync(string.Empty, default)).Count);
    }

    [Fact]
    public async Task An_append_only_client_ends_its_own_lease_and_no_other()
    {
        MemoryStorage storage = await FilledAsync();
        await storage.PutAsync("leases/other.json", "other", new byte[] { 7 }, default);
        await using RemoteObjectStorage client = await ServedStorage.ConnectAsync(storage, ExportRight.AppendOnly);

        await using IAsyncDisposable? held = await client.TryPutLockedAsync(Lease, new byte[3], default);
        await client.PutAsync($"leases/{Id}.1.json", Id, new byte[3], default);
        await DeniedAsync(async () => await client.PutAsync("leases/other.1.json", Id, new byte[3], default));
        await DeniedAsync(async () => await client.DeleteAsync("leases/other.json", default));

        // To put the very bytes that are there succeeds, and does not make the lease this client's.
        await client.PutAsync("leases/other.json", "other", new byte[] { 7 }, default);
        await DeniedAsync(async () => await client.DeleteAsync("leases/other.json", default));

        await client.DeleteAsync(Lease, default);
        await client.DeleteAsync($"leases/{Id}.1.json", default);
        Assert.Equal(["leases/other.json"], (await storage.ListAllAsync("leases/", default)).Select(info => info.Name));
    }

    [Fact]
    public async Task Only_a_client_with_full_rights_makes_a_Store()
    {
        using TempFolder temp = new();
        foreach (ExportRight right in new[] { ExportRight.ReadOnly, ExportRight.AppendOnly })
        {
            TestWire wire = new();
            await using StoreExport export = new(new StoreAddress(temp.Combine("store")), right, new MemoryBlockIndexFactory());
            Task service = PeerService.RunAsync(wire.Server, export.OpenAsync, right, default);
            await DeniedAsync(async () => await RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, true, default));
            await service;
        }

        Assert.Empty(Directory.GetFileSystemEntries(temp.Path));
    }

    private static async Task DeniedAsync(Func<Task> call)
    {
        VtException e = await Assert.ThrowsAsync<VtException>(call);
        Assert.Equal(VtErrorId.PeerRightDenied, e.ErrorId);
    }

    private static async Task<MemoryStorage> FilledAsync()
    {
        MemoryStorage storage = new();
        await storage.PutAsync(Data, Id, new byte[3], default);
        await storage.PutAsync(Backup, Id, new byte[3], default);
        return storage;
    }
}
