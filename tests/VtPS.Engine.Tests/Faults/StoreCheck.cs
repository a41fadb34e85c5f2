using System.Security.Cryptography;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Looks at a whole Store with fresh eyes: every backup's tree, every block of every file, every data file's records.</summary>
internal static class StoreCheck
{
    /// <summary>Opens a Store over a storage that stays open.</summary>
    public static Task<StoreSession> OpenAsync(IObjectStorage storage, ProtocolRules? rules = null, int? parallelism = null, StoreCredentials? credentials = null) =>
        StoreSession.OpenAsync(new StoreAddress("memory") { Credentials = credentials }, new HookedStorage(storage, (_, _) => Task.CompletedTask), new MemoryBlockIndexFactory(), CancellationToken.None, rules, parallelism);

    /// <summary>What every backup of a Store holds, by id: one line a path with its type and the hash of its content. Anything that cannot be read fails.</summary>
    public static async Task<Dictionary<string, string>> ReadAllAsync(IObjectStorage storage, StoreCredentials? credentials = null)
    {
        await using StoreSession session = await OpenAsync(storage, credentials: credentials);
        Assert.Empty(session.Damage);
        Dictionary<string, string> all = [];
        foreach (VtBackup backup in await BackupCatalog.ReadAllAsync(session, e => throw e, CancellationToken.None))
        {
            all[backup.Id] = await DescribeAsync(session, backup);
            if (backup.SideCar is { } sideCar)
            {
                await ReadSideCarAsync(session, sideCar);
            }
        }

        return all;
    }

    /// <summary>What one backup holds; see <see cref="ReadAllAsync"/>.</summary>
    public static async Task<string> DescribeAsync(StoreSession session, VtBackup backup)
    {
        List<string> lines = [];
        await DescribeAsync(session, VtBlockReference.Parse(backup.Root), string.Empty, lines);
        return string.Join('\n', lines);
    }

    /// <summary>The same of a live path, as the backup of it must hold it.</summary>
    public static string DescribeLive(string path)
    {
        List<string> lines = [];
        DescribeLive(path, Path.GetFileName(path), lines);
        return string.Join('\n', lines);
    }

    /// <summary>Optimizes as often as it takes, and asserts that nothing is left that no backup needs: no lease, no beat, no trash, no data file, nothing unfinished.</summary>
    public static async Task SweepAllAsync(IObjectStorage storage, StoreCredentials? credentials = null)
    {
        await using StoreSession session = await OpenAsync(storage, credentials: credentials);
        VtOptimizeResult result = await OptimizeAsync(session);
        Assert.Equal(0, result.LeasesStanding);
        VtOptimizeResult second = await OptimizeAsync(session);
        Assert.Equal((0L, 0L, 0L, 0L), (second.BlocksUnneeded, second.DataFilesDeleted, second.DataFilesGivenUp, second.DataFilesWritten));
        Assert.Empty(await storage.ListAllAsync(StoreNames.Leases, CancellationToken.None));
        Assert.Empty(await storage.ListAllAsync(StoreNames.Trash, CancellationToken.None));
    }

    /// <summary>Optimizes, by default to the last byte.</summary>
    public static Task<VtOptimizeResult> OptimizeAsync(StoreSession session, double unused = 0, ILeaseMemory? memory = null) => OptimizeOperation.RunAsync(
        session, new OptimizeRequest { MaximumUnusedPercent = unused, Force = true }, memory ?? new LeaseMemory(null), NullObserver.Instance, CancellationToken.None);

    /// <summary>Optimizes to the last byte and rewrites what an older key seals.</summary>
    /// <returns>Whether nothing of an older key is left.</returns>
    public static async Task<bool> RekeyAsync(StoreSession session)
    {
        OptimizeRequest request = new() { MaximumUnusedPercent = 0, Force = true, Rekey = true };
        return (await OptimizeOperation.RunAsync(session, request, new LeaseMemory(null), NullObserver.Instance, CancellationToken.None)).RekeyFinished;
    }

    /// <summary>Asserts that a test of all data finds no damage.</summary>
    public static async Task TestAsync(IObjectStorage storage, StoreCredentials? credentials = null)
    {
        await using StoreSession session = await OpenAsync(storage, credentials: credentials);
        IReadOnlyList<VtTestResult> findings = await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, CancellationToken.None);
        Assert.DoesNotContain(findings, finding => finding.IsDamage);
    }

    /// <summary>Asserts that what was promised is found.</summary>
    public static void AssertHolds(Dictionary<string, string> promised, Dictionary<string, string> found)
    {
        foreach ((string id, string content) in promised)
        {
            Assert.Equal(content, found[id]);
        }
    }

    private static async Task DescribeAsync(StoreSession session, VtBlockReference directory, string prefix, List<string> lines)
    {
        await foreach (TreeEntry entry in session.Trees.ReadDirectoryAsync(directory, CancellationToken.None))
        {
            string path = prefix + PathText.Format(entry.Name);
            if (entry.Type == VtItemType.Directory)
            {
                lines.Add($"{path} Directory");
                await DescribeAsync(session, entry.Content!, path + "/", lines);
            }
            else
            {
                byte[] content = new byte[entry.Content!.Length];
                Assert.Equal(content.Length, await session.Trees.ReadAsync(entry.Content, 0, content, CancellationToken.None));
                lines.Add($"{path} {entry.Type} {entry.Size} {Convert.ToHexString(SHA256.HashData(content))}");
            }
        }
    }

    private static void DescribeLive(string path, string name, List<string> lines)
    {
        if (File.Exists(path))
        {
            byte[] content = File.ReadAllBytes(path);
            lines.Add($"{name} File {content.Length} {Convert.ToHexString(SHA256.HashData(content))}");
            return;
        }

        lines.Add($"{name} Directory");
        string[] below = Directory.GetFileSystemEntries(path);
        Array.Sort(below, string.CompareOrdinal);
        foreach (string entry in below)
        {
            DescribeLive(entry, $"{name}/{Path.GetFileName(entry)}", lines);
        }
    }

    private static async Task ReadSideCarAsync(StoreSession session, VtBlockReference sideCar)
    {
        foreach (VtBlockReference child in SideCarCodec.ReadDirectories(await ((StoreTreeReader)session.Trees).ReadContentAsync(sideCar, CancellationToken.None)))
        {
            await ReadSideCarAsync(session, child);
        }
    }
}
