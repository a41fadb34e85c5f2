using VtPS.Engine.Tests.Comparison;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>The same over encrypted Stores.</summary>
public sealed class EncryptedCompareTests : CompareTests
{
    public EncryptedCompareTests() => TestStore.EncryptFromHere();
}
