using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// Every byte of every object of a small Store is flipped in turn. The check with data finds it, or every backup reads as before without any error; what is read
/// is never wrong without an error; and errors are the engine's own.
/// </summary>
public sealed class EveryByteTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryFlippedByteOfAStoreAtRestIsFoundOrHarmless(bool encrypted)
    {
        using SmallStore small = await SmallStore.CreateAsync(encrypted);
        await FlipAsync(small, encrypted ? "Encrypted" : "Plain", string.Empty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryFlippedByteOfLeasesAndTrashIsFoundOrHarmless(bool encrypted)
    {
        using SmallStore small = await SmallStore.CreateAsync(encrypted, atWork: true);
        await FlipAsync(small, encrypted ? "Encrypted" : "Plain", StoreNames.Leases);
        await FlipAsync(small, encrypted ? "Encrypted" : "Plain", StoreNames.Trash);
    }

    /// <summary>Flips every byte of the objects whose names begin so.</summary>
    private async Task FlipAsync(SmallStore small, string kind, string prefix)
    {
        Assert.True(small.Right.Count > 12);
        Assert.False(await IsFoundAsync(small, small.Storage));
        long bytes = 0;
        int flips = 0;
        int found = 0;
        List<string> harmless = [];

        // In the short form, every byte (of an encrypted Store, whose seals speak for all bytes alike, every third) of where objects begin and end, and every 17th between.
        int step = LongRun.IsOn || !small.IsEncrypted ? 1 : 3;
        foreach (ObjectInfo info in (await small.Storage.ListAllAsync(prefix, default)).OrderBy(o => o.Name, StringComparer.Ordinal))
        {
            byte[] right = await small.Storage.GetAsync(info.Name, int.MaxValue, default);

            bytes += right.Length;

            for (int at = 0; at < right.Length; at += LongRun.IsOn || at < 70 || at >= right.Length - 90 ? step : 17)
            {
                byte[] wrong = [.. right];
                wrong[at] ^= (byte)(1 << (at % 8));
                MemoryStorage storage = await small.ReplaceAsync(info.Name, wrong);
                string where = $"bit {at % 8} of byte {at} of {info.Name}";
                flips++;
                if (await CheckAsync(small, storage, where).WaitAsync(Limit))
                {
                    found++;
                }
                else
                {
                    harmless.Add(where);
                }
            }
        }

        output.WriteLine($"{kind} Store, {(prefix.Length == 0 ? "at rest" : prefix)}: {flips} flips in {bytes} bytes, {found} found, {harmless.Count} harmless.");
        harmless.ForEach(output.WriteLine);
        Assert.True(flips > (prefix.Length == 0 ? 1000 : 50) / step && (flips == bytes || !LongRun.IsOn), $"{flips} flips of {bytes} bytes");

        // There is no byte in an object that neither a seal nor a checksum nor its place speaks for.
        Assert.Empty(harmless);
    }

    /// <summary>Fails where something is wrong without an error; else says whether the check found the flip.</summary>
    private static async Task<bool> CheckAsync(SmallStore small, MemoryStorage storage, string where)
    {
        bool found;
        SortedDictionary<string, string> lines;
        List<VtException> errors;
        try
        {
            found = await IsFoundAsync(small, storage);
            using CancellationTokenSource end = new(Limit);
            (lines, errors) = await small.ReadAsync(storage, end.Token);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"After a flip of {where}, something else than a clear error came out: {e.Message}", e);
        }

        foreach ((string path, string line) in lines)
        {
            // A backup's own line may lack what a damaged amendment said, with an error; what is read of its tree never differs.
            bool mayDiffer = errors.Count > 0 && !path.Contains('/', StringComparison.Ordinal);
            Assert.True(small.Right.TryGetValue(path, out string? right) && (right == line || mayDiffer), $"After a flip of {where}, '{path}' reads as '{line}' without an error.");
        }

        Assert.True(lines.Count == small.Right.Count || errors.Count > 0, $"After a flip of {where}, something is missing without an error.");
        Assert.True(found || errors.Count == 0, $"After a flip of {where}, the check passes and reading fails.");
        return found;
    }

    private static async Task<bool> IsFoundAsync(SmallStore small, MemoryStorage storage)
    {
        using CancellationTokenSource end = new(Limit);
        try
        {
            await using StoreSession session = await small.OpenAsync(storage, end.Token);
            return (await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, end.Token)).Any(result => result.IsDamage);
        }
        catch (VtException e)
        {
            Assert.NotEmpty(e.Message);
            return true;
        }
    }
}
