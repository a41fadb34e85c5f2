using VtPS.Engine.Objects;

namespace VtPS.Engine.Tests.Objects;

public sealed class LocalFolderStorageTests : ObjectStorageContract
{
    private readonly string _root = Directory.CreateTempSubdirectory("vtps-objects-").FullName;

    private protected override IObjectStorage Open() => new LocalFolderStorage(_root);

    protected override void CleanUp() => Directory.Delete(_root, recursive: true);
}
