using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>The same over encrypted Stores.</summary>
public sealed class EncryptedRestoreOverExistingTests : RestoreOverExistingTests
{
    public EncryptedRestoreOverExistingTests() => TestStore.EncryptFromHere();
}
