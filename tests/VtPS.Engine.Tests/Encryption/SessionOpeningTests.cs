using System.Security;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Backups;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using VtPS.Sqlite;
using Xunit;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>A Store's index is opened while its password is tried: where either fails, nothing of it stays open.</summary>
public sealed class SessionOpeningTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [UnixFact]
    public async Task WhereTheStoreDoesNotOpenNothingStaysOpen()
    {
        string path = _temp.Combine("store");
        SqliteBlockIndexFactory indexes = new(_temp.Combine("cache"));
        CreateStoreRequest request = new() { Address = new StoreAddress(path), Credentials = Password("right"), Iterations = 1_000 };
        await StoreCreation.CreateAsync(request, NullObserver.Instance, default);

        Assert.Equal(VtErrorId.PasswordIncorrect, (await Assert.ThrowsAsync<VtException>(() => OpenAsync("wrong", indexes, default))).ErrorId);
        Assert.Empty(WideTree.Open(_temp, "cache", "store"));

        using CancellationTokenSource stopped = new();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => OpenAsync("right", indexes, stopped.Token));
        Assert.Empty(WideTree.Open(_temp, "cache", "store"));

        Assert.Equal("No index.", (await Assert.ThrowsAsync<IOException>(() => OpenAsync("wrong", new NoIndexes(), default))).Message);
        Assert.Empty(WideTree.Open(_temp, "cache", "store"));

        await using (await OpenAsync("right", indexes, default))
        {
            Assert.NotEmpty(WideTree.Open(_temp, "cache"));
        }

        Assert.Empty(WideTree.Open(_temp, "cache", "store"));
    }

    private Task<StoreSession> OpenAsync(string password, IBlockIndexFactory indexes, CancellationToken cancellationToken) =>
        StoreSession.OpenAsync(new StoreAddress(_temp.Combine("store")) { Credentials = Password(password) }, indexes, cancellationToken);

    private static StoreCredentials Password(string text)
    {
        SecureString password = new();
        foreach (char c in text)
        {
            password.AppendChar(c);
        }

        return new StoreCredentials { Password = password };
    }

    private sealed class NoIndexes : IBlockIndexFactory
    {
        public IBlockIndex Open(string storeId, VtHashName hashName) => throw new IOException("No index.");

        public LeaseMemory OpenLeaseMemory(string storeId) => throw new NotSupportedException();
    }
}
