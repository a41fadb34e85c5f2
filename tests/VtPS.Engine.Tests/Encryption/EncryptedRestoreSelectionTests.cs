using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>The same over encrypted Stores.</summary>
public sealed class EncryptedRestoreSelectionTests : RestoreSelectionTests
{
    public EncryptedRestoreSelectionTests() => TestStore.EncryptFromHere();
}
