using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Objects;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>The storage's contract over a UNIX socket, by the address that a user gives.</summary>
public sealed class SocketStorageTests : ObjectStorageContract
{
    private readonly TempFolder _temp = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _service = Task.CompletedTask;

    private protected override IObjectStorage Open()
    {
        string path = _temp.Combine("s");
        Directory.CreateDirectory(_temp.Combine("store"));
        StoreExport export = new(new StoreAddress(_temp.Combine("store")), ExportRight.Full, new MemoryBlockIndexFactory());
        SocketService service = SocketService.Listen(path, export, _ => { });
        _service = service.RunAsync(_stop.Token);
        return StorageLocator.OpenExistingAsync(new StoreAddress("unix://" + path), CancellationToken.None).GetAwaiter().GetResult();
    }

    protected override void CleanUp()
    {
        _stop.Cancel();
        Assert.True(_service.Wait(TimeSpan.FromSeconds(20)), "The service did not end.");
        Assert.False(Path.Exists(_temp.Combine("s")));
        _temp.Dispose();
        _stop.Dispose();
    }
}
