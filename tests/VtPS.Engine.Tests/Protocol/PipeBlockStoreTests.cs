using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>The contract of blocks over a pipe, from a service whose Store is in a folder.</summary>
public sealed class PipeBlockStoreTests : BlockStoreContract
{
    private readonly TempFolder _temp = new();
    private Task _service = Task.CompletedTask;

    private protected override async Task<IBlockStore> OpenAsync(VtHashName name)
    {
        await using (await TestStore.CreateAsync(_temp.Combine("store"), request => request with { HashName = name }))
        {
        }

        StoreExport export = new(new StoreAddress(_temp.Combine("store")), ExportRight.AppendOnly, new MemoryBlockIndexFactory());
        TestWire wire = new();
        _service = PeerService.RunAsync(wire.Server, export.OpenAsync, export.Right, default);
        return await RemoteBlocks.ConnectAsync(wire.Client, string.Empty, default);
    }

    protected override void CleanUp()
    {
        Assert.True(_service.Wait(TimeSpan.FromSeconds(20)), "The service did not end.");
        Assert.Empty(Directory.GetFiles(_temp.Combine("store", "leases")));
        _temp.Dispose();
    }
}
