using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Kills a key change before every write, flush, rename and removal, and cuts the power, at once or after another client has opened the Store and remembers its keys.</summary>
public sealed class KeyPowerCutTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheOldKeyOrTheNewOneOpensTheStore(bool anotherClient)
    {
        using FaultHome home = await FaultHome.CreateAsync(encrypted: true);
        using TempFolder caches = new();
        PowerCutStorage start = await PowerCutStorage.OfAsync(home.Storage);
        StoreCredentials old = home.Credentials!;
        StoreCredentials next = home.WriteKeyFile("next", 2);
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(home.Storage, old);
        int cuts = 0;
        int at = 1;
        for (bool whole = false; !whole; at++)
        {
            PowerCutStorage storage = start.Copy(at);
            try
            {
                await using StoreSession session = await StoreCheck.OpenAsync(storage, credentials: old);
                await KeyOperations.UpdateAsync(session, next, 1000, CancellationToken.None);
            }
            catch (Exception e) when (e is VtException or IOException && storage.KilledBefore is not null)
            {
            }

            whole = storage.KilledBefore is null;
            PowerCutStorage left = storage.Copy();
            string cache = caches.Combine($"{at}/cache");
            if (anotherClient)
            {
                await OpenAsync(left, cache, old, next);
            }

            for (int keep = 0; keep < 1 << left.Pending; keep++)
            {
                cuts++;
                MemoryStorage found = left.Cut(keep, 0.5);
                try
                {
                    StoreCredentials opens = await OpenAsync(found, anotherClient ? cache : null, old, next);
                    Assert.True(opens == next || !whole);
                    StoreCheck.AssertHolds(before, await StoreCheck.ReadAllAsync(found, opens));
                    await CrashPoints.AssertGoesOnAsync(home, found, before, opens);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"Power cut, killed before '{storage.KilledBefore}' (step {at}), of {left.Pending} changes kept {keep:b}: {e.Message}", e);
                }
            }
        }

        output.WriteLine($"{at - 2} kills, {cuts} power cuts.");
        Assert.True(at > 10 && cuts >= at - 1);
    }

    /// <summary>Opens a Store with one of two keys, and closes it.</summary>
    /// <returns>The one that opened it.</returns>
    private static async Task<StoreCredentials> OpenAsync(IObjectStorage storage, string? cache, StoreCredentials first, StoreCredentials second)
    {
        try
        {
            await OpenAsync(storage, cache, first);
            return first;
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.PasswordIncorrect)
        {
            await OpenAsync(storage, cache, second);
            return second;
        }
    }

    private static async Task OpenAsync(IObjectStorage storage, string? cache, StoreCredentials credentials) =>
        await (await StoreSession.OpenAsync(
            new StoreAddress("memory") { Credentials = credentials },
            new HookedStorage(storage, (_, _) => Task.CompletedTask),
            new MemoryBlockIndexFactory(cache),
            CancellationToken.None)).DisposeAsync();
}
