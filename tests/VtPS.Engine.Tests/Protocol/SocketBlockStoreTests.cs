using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>The contract of blocks over a UNIX socket.</summary>
public sealed class SocketBlockStoreTests : BlockStoreContract
{
    private readonly TempFolder _temp = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _service = Task.CompletedTask;

    private protected override async Task<IBlockStore> OpenAsync(VtHashName name)
    {
        await using (await TestStore.CreateAsync(_temp.Combine("store"), request => request with { HashName = name }))
        {
        }

        StoreExport export = new(new StoreAddress(_temp.Combine("store")), ExportRight.Full, new MemoryBlockIndexFactory());
        SocketService service = SocketService.Listen(_temp.Combine("s"), export, _ => { });
        _service = service.RunAsync(_stop.Token);
        Assert.True(PeerAddress.TryParse("unix://" + _temp.Combine("s"), false, out PeerAddress? address));
        return await RemoteBlocks.ConnectAsync(address.Connect(), address.Store, default);
    }

    protected override void CleanUp()
    {
        _stop.Cancel();
        Assert.True(_service.Wait(TimeSpan.FromSeconds(20)), "The service did not end.");
        _temp.Dispose();
        _stop.Dispose();
    }
}
