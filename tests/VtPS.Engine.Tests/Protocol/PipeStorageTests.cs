using VtPS.Engine.Objects;
using VtPS.Engine.Tests.Objects;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Protocol;

public sealed class PipeStorageTests : ObjectStorageContract
{
    private readonly TempFolder _temp = new();

    private protected override IObjectStorage Open() => ServedStorage.ConnectAsync(new LocalFolderStorage(_temp.Path)).GetAwaiter().GetResult();

    protected override void CleanUp() => _temp.Dispose();
}
