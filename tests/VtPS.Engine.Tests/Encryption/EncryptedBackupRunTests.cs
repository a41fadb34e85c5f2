using VtPS.Engine.Tests.Backups;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>The same over encrypted Stores.</summary>
public sealed class EncryptedBackupRunTests : BackupRunTests
{
    public EncryptedBackupRunTests() => TestStore.EncryptFromHere();

    [Fact]
    public async Task TheStoresOfTheseTestsAreEncrypted()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        Assert.True(store.Session.Info.IsEncrypted);
        Assert.NotNull(store.Session.Keys);
    }
}
