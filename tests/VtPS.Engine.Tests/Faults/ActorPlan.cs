using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults;

/// <summary>What an actor does, and what is promised of that.</summary>
/// <param name="Name">For traces.</param>
/// <param name="Body">What it does on a storage; a writer gives the id of the backup that it reports.</param>
internal sealed record ActorPlan(string Name, Func<IObjectStorage, Task<string?>> Body)
{
    /// <summary>What the backup that it reports must hold.</summary>
    public string Promise { get; init; } = string.Empty;

    /// <summary>Whether its reads of data files are steps of their own.</summary>
    public bool GatesReads { get; init; }

    /// <summary>Whether nothing but its own end may make it fail.</summary>
    public bool MustSucceed { get; init; }

    /// <summary>Names, and folders with their slash, that nobody in its world writes or deletes: looking at them is no step of its own, as it commutes with all.</summary>
    public IReadOnlySet<string> Settled { get; init; } = new HashSet<string>();

    /// <summary>A run that backs up one of a home's sources.</summary>
    public static ActorPlan Backup(FaultHome home, string source, ProtocolRules rules) => new("backup of " + source, async storage =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, rules, 1, home.Credentials);
        return (await home.BackupAsync(session, source)).Id;
    })
    {
        Promise = StoreCheck.DescribeLive(home.Source(source)),
    };

    /// <summary>A run that copies the backup of a source out of another Store, in which nobody else is at work.</summary>
    public static ActorPlan Copy(FaultHome home, string source, MemoryStorage other, VtBackup backup, ProtocolRules rules) => new("copy of " + source, async storage =>
    {
        await using StoreSession from = await StoreCheck.OpenAsync(other.Copy(), parallelism: 1);
        await using StoreSession to = await StoreCheck.OpenAsync(storage, rules, 1, home.Credentials);
        CopyBackupRequest request = new() { Backups = [backup], ThrottleLimit = 1, BlocksAtOnce = 3 };
        return (await CopyBackupOperation.RunAsync(from, to, request, NullObserver.Instance, CancellationToken.None)).Backups.Count == 1
            ? backup.Id
            : throw new InvalidDataException("The backup was not copied.");
    })
    {
        Promise = StoreCheck.DescribeLive(home.Source(source)),
    };

    /// <summary>Optimize runs, one after the other, in one process.</summary>
    public static ActorPlan Optimize(FaultHome home, ProtocolRules rules, double unused = 0, ILeaseMemory? memory = null, int runs = 2) => new("optimize", async storage =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, rules, 1, home.Credentials);
        for (int i = 0; i < runs; i++)
        {
            await StoreCheck.OptimizeAsync(session, unused, memory);
        }

        return null;
    });

    /// <summary>A rewrite under the present key.</summary>
    public static ActorPlan Rekey(FaultHome home, ProtocolRules rules) => new("rekey", async storage =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, rules, 1, home.Credentials);
        await StoreCheck.RekeyAsync(session);
        return null;
    });

    /// <summary>A restore of a backup that is not removed.</summary>
    /// <param name="home">The home.</param>
    /// <param name="rules">The rules of deletion.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="content">What it holds.</param>
    public static ActorPlan Restore(FaultHome home, ProtocolRules rules, VtBackup backup, string content) => new("restore", async storage =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, rules, 1, home.Credentials);
        return await StoreCheck.DescribeAsync(session, backup) == content ? null : throw new InvalidDataException("The restore gave something else.");
    })
    {
        GatesReads = true,
        MustSucceed = true,
    };

    /// <summary>Someone who removes a backup.</summary>
    public static ActorPlan Remove(FaultHome home, ProtocolRules rules, VtBackup backup) => new("removal", async storage =>
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage, rules, 1, home.Credentials);
        await RemoveBackupOperation.RunAsync(session, [backup.Id], CancellationToken.None);
        return null;
    });

    /// <summary>Whether a call waits for its turn: others could notice it, or it could notice others.</summary>
    public bool IsGated(StorageCall call, string name) => call switch
    {
        StorageCall.Begin or StorageCall.Write or StorageCall.Sweep or StorageCall.LookAtLock => false,
        StorageCall.Read => GatesReads && name.StartsWith(StoreNames.Data, StringComparison.Ordinal),
        StorageCall.Look or StorageCall.List => name != StoreNames.Config && !IsSettled(name),
        _ => true,
    };

    /// <summary>Whether a name, or the folder that it lies in, is one that nobody touches.</summary>
    public bool IsSettled(string name) => Settled.Contains(name) || Settled.Contains(name[..(name.LastIndexOf('/') + 1)]);

    /// <summary>What is wrong about a failure of this actor; null where it may fail like that.</summary>
    /// <param name="failure">Why it failed.</param>
    /// <param name="hadEvent">Whether something had happened that may make an honest run fail.</param>
    public string? Judge(Exception failure, bool hadEvent) =>
        !hadEvent || MustSucceed ? $"{Name} failed: {failure.Message}"
        : failure is VtException or IOException ? null
        : $"{Name} failed: {failure}";
}
