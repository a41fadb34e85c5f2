using VtPS.Engine.Serving;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Protocol;

public sealed class LocalBlockStoreTests : BlockStoreContract
{
    private readonly TempFolder _temp = new();

    private protected override async Task<IBlockStore> OpenAsync(VtHashName name) =>
        new LocalBlocks((await TestStore.CreateAsync(_temp.Combine("store"), request => request with { HashName = name })).Session, forWriting: true);

    protected override void CleanUp() => _temp.Dispose();
}
