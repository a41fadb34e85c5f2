using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>The making of a Store in a folder, cut at every storage call: the next one makes it, or finds it made, or says exactly what to delete first.</summary>
public sealed class CreationCutTests(ITestOutputHelper output)
{
    public static TheoryData<string, bool> Kinds => CrashPointTests.KindsPlainAndEncrypted;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TheNextCreationSucceedsOrSaysWhatToDelete(string kind, bool encrypted)
    {
        using TempFolder temp = new();
        StoreCredentials? credentials = encrypted ? new() { KeyFile = temp.WriteFile("key", TestContent.Random(64, 1)) } : null;
        int at = 0;
        int told = 0;
        FaultyStorage process;
        do
        {
            at++;
            string path = temp.Combine($"store{at}");
            StoreAddress address = new(path) { Credentials = credentials };
            CreateStoreRequest request = new() { Address = address, Credentials = credentials, Iterations = 1000 };
            LocalFolderStorage.CreateRoot(path);
            await using LocalFolderStorage folder = new(path);
            process = new FaultyStorage(folder) { FaultAt = at, Kind = Enum.Parse<FaultKind>(kind) };
            try
            {
                await StoreCreation.CreateAsync(request, process, NullObserver.Instance, CancellationToken.None);
                Assert.Null(process.FaultedCall);
            }
            catch (VtException) when (process.FaultedCall is not null)
            {
            }

            await process.KillAsync();
            if (process.FaultedCall is not null && File.Exists(Path.Combine(path, StoreNames.Config)))
            {
                Assert.Equal(VtErrorId.StoreExists, (await Assert.ThrowsAsync<VtException>(() => CreateAsync(request))).ErrorId);
            }
            else if (process.FaultedCall is not null)
            {
                told += await CreateAsToldAsync(request, path) ? 1 : 0;
            }

            await using StoreSession session = await StoreSession.OpenAsync(address, new MemoryBlockIndexFactory(), CancellationToken.None);
            Assert.Empty(session.Damage);
            Assert.Equal(encrypted, session.Info.IsEncrypted);
        }
        while (process.FaultedCall is not null);

        output.WriteLine($"{kind}: {at - 1} calls; after {told} of them the next creation asked for keys to be deleted.");
        Assert.True(at > 3);
        Assert.Equal(encrypted && kind != nameof(FaultKind.FailBefore), told > 0);
    }

    [Fact]
    public async Task AFolderWithKeysAndAnythingElseIsNotTouched()
    {
        using TempFolder temp = new();
        temp.WriteFile("copy/keys/epoch.1.json", "sealed");
        temp.WriteFile("copy/keys/note.txt", "mine");

        VtException e = await Assert.ThrowsAsync<VtException>(() => CreateAsync(new CreateStoreRequest { Address = new StoreAddress(temp.Combine("copy")) }));

        Assert.Equal(VtErrorId.StorePathNotEmpty, e.ErrorId);
        Assert.DoesNotContain("delete", e.Message, StringComparison.Ordinal);
        Assert.Equal(["epoch.1.json", "note.txt"], Directory.GetFiles(temp.Combine("copy/keys")).Select(Path.GetFileName).Order());
    }

    /// <summary>True where keys had to be deleted, exactly as the error says.</summary>
    private static async Task<bool> CreateAsToldAsync(CreateStoreRequest request, string path)
    {
        try
        {
            await CreateAsync(request);
            return false;
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.StorePathNotEmpty)
        {
            string keys = Path.Combine(path, "keys");
            Assert.Contains($"delete '{keys}' and run this again", e.Message, StringComparison.Ordinal);
            Directory.Delete(keys, recursive: true);
            await CreateAsync(request);
            return true;
        }
    }

    private static Task<VtStore> CreateAsync(CreateStoreRequest request) => StoreCreation.CreateAsync(request, NullObserver.Instance, CancellationToken.None);
}
