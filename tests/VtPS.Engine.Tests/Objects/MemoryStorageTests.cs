using VtPS.Engine.Objects;

namespace VtPS.Engine.Tests.Objects;

public sealed class MemoryStorageTests : ObjectStorageContract
{
    private protected override IObjectStorage Open() => new MemoryStorage();
}
