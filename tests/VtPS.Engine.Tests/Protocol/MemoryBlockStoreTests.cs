using VtPS.Engine.Objects;
using VtPS.Engine.Serving;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Protocol;

public sealed class MemoryBlockStoreTests : BlockStoreContract
{
    private protected override async Task<IBlockStore> OpenAsync(VtHashName name) =>
        new LocalBlocks((await TestStore.CreateAsync(new MemoryStorage(), request => request with { HashName = name })).Session, forWriting: true);
}
