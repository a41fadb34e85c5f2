using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>A stream as the only file of a backup.</summary>
public sealed class StreamBackupTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(30_000_000)]
    public async Task AStreamIsStoredAsAFileOfItsContentWouldBe(int length)
    {
        byte[] content = TestContent.Random(length, 1);
        _temp.WriteFile("dump.sql", content);
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage());
        VtBackup stream = await RunAsync(store, new MemoryStream(content));
        Assert.Equal((VtBackupStatus.Complete, 1, "dump.sql", 0), (stream.Status, stream.FileCount, stream.Subset, stream.SourcePath.Length));
        Assert.Equal(["dump.sql"], await store.ListAsync(stream));
        VtBackup file = await store.BackupAsync(_temp.Combine("dump.sql"));
        Assert.Equal(0, file.DataBlocksNew);
        Assert.Equal((await StoredTree.ReadAsync(store, file))["dump.sql"].Content, (await StoredTree.ReadAsync(store, stream))["dump.sql"].Content);
    }

    [Fact]
    public async Task AProducerThatFailsLeavesAnInterruptedBackupOfWhatItGave()
    {
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage());
        VtBackup backup = await RunAsync(store, new MemoryStream("half a dump"u8.ToArray()), r => r with { InputSucceeded = _ => Task.FromResult(false) });
        Assert.Equal(VtBackupStatus.Interrupted, backup.Status);
        Assert.Equal("half a dump"u8.ToArray(), await store.ReadFileAsync(backup, "dump.sql"));
        Assert.Empty(await store.ObjectsAsync("leases/"));
    }

    [Fact]
    public async Task AStreamThatCannotBeReadIsAnErrorOfTheSourceAndLeavesNoBackup()
    {
        await using TestStore store = await TestStore.CreateAsync(_temp.Combine("store"));
        VtException error = await Assert.ThrowsAsync<VtException>(() => RunAsync(store, new FailingStream(10_000_000)));
        Assert.Equal((VtErrorId.SourceReadFailed, "dump.sql"), (error.ErrorId, error.Target));
        Assert.Equal(["store.json"], (await store.ObjectsAsync()).Where(n => !n.StartsWith("data/", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetFiles(_temp.Combine("store", "tmp")));
    }

    [Fact]
    public async Task AStreamThatGivesNothingAnyMoreStopsWhenCancelled()
    {
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage());
        using CancellationTokenSource stop = new(300);
        VtBackup backup = await RunAsync(store, new SilentStream(), null, stop.Token);
        Assert.Equal(VtBackupStatus.Interrupted, backup.Status);
        Assert.Empty(await store.ObjectsAsync("leases/"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    public async Task ANameThatIsNoFileNameIsRefused(string name)
    {
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage());
        VtException error = await Assert.ThrowsAsync<VtException>(() => RunAsync(store, new MemoryStream(), r => r with { InputName = name }));
        Assert.Equal(VtErrorId.InvalidArgument, error.ErrorId);
        Assert.Equal(["store.json"], await store.ObjectsAsync());
    }

    private static Task<VtBackup> RunAsync(TestStore store, Stream input, Func<BackupRequest, BackupRequest>? with = null, CancellationToken cancellationToken = default)
    {
        BackupRequest request = new() { Input = input, InputName = "dump.sql", HostName = "host" };
        return BackupOperation.RunAsync(store.Session, with?.Invoke(request) ?? request, new RecordingObserver(), cancellationToken);
    }

    /// <summary>Zeros and ones, and then an error.</summary>
    private sealed class FailingStream(int length) : MemoryStream(TestContent.Random(length, 3))
    {
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Position == Length ? throw new IOException("The far end went away.") : base.ReadAsync(buffer, offset, count, cancellationToken);
    }

    /// <summary>A pipe whose writer sleeps.</summary>
    private sealed class SilentStream : MemoryStream
    {
        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
