using VtPS.Engine.Tests.Listing;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>The same over encrypted Stores.</summary>
public sealed class EncryptedItemListingTests : ItemListingTests
{
    public EncryptedItemListingTests() => TestStore.EncryptFromHere();
}
