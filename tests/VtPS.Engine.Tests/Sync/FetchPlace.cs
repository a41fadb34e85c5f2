using System.Collections.Concurrent;
using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.Replicas;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Contents that are wanted, and a staging folder that they come to.</summary>
internal sealed class FetchPlace : IDisposable
{
    private readonly TempFolder _folder = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);
    private readonly ReplicaFolder _replica;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<NodeData> _order = [];
    private Task _last = Task.CompletedTask;
    private readonly Dictionary<NodeData, byte[]> _contents = [];

    /// <param name="lengths">How long each content is, in bytes; all differ.</param>
    public FetchPlace(IEnumerable<int> lengths)
    {
        _replica = ReplicaFolder.Open(_folder.Path, readOnly: false);
        ulong seed = 0;
        foreach (int length in lengths)
        {
            byte[] content = TestContent.Random(length, ++seed);
            _order.Add(NodeData.File(ContentHasher.Compute(content)));
            _contents.Add(_order[^1], content);
        }
    }

    public FakeTime Time { get; } = new();

    public IReadOnlyList<NodeData> Order => _order;

    public IReadOnlyDictionary<NodeData, byte[]> Contents => _contents;

    public ConcurrentDictionary<NodeData, string> UnderWay { get; } = [];

    public string Staging => _replica.Staging;

    /// <summary>Fetches what is not there, as a sync does.</summary>
    public Task<IReadOnlyList<ContentShare>> RunAsync(params ContentOrigin[] origins)
    {
        Task<IReadOnlyList<ContentShare>> run = FetchAsync(origins);
        _last = run;
        return run;
    }

    /// <summary>Lets seconds pass until something has ended.</summary>
    public async Task PassTimeAsync(Task until)
    {
        for (int i = 0; i < 2000 && !until.IsCompleted; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(until, Task.Delay(5));
        }

        Assert.True(until.IsCompleted, "Nothing happens.");
    }

    /// <summary>Whether a content is there, to its last byte.</summary>
    public bool Has(NodeData data)
    {
        string path = Path.Join(Staging, StagingArea.NameOf(data));
        return File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(_contents[data]);
    }

    /// <summary>Leaves a beginning of a content, as a fetch that was cut off does.</summary>
    public void WritePart(NodeData data, byte[] bytes)
    {
        Directory.CreateDirectory(Staging);
        File.WriteAllBytes(Path.Join(Staging, StagingArea.NameOf(data) + ".part"), bytes);
    }

    /// <summary>Stops what still runs, and waits for its end.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        Assert.True(((IAsyncResult)_last).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30)), "It does not let itself be stopped.");
        _ending.Dispose();
        _replica.Dispose();
        _folder.Dispose();
    }

    private async Task<IReadOnlyList<ContentShare>> FetchAsync(ContentOrigin[] origins)
    {
        Predicate<NodeData> has = StagingArea.Look(_replica);
        Dictionary<string, long> parts = StagingArea.Parts(_replica);
        List<ContentRequest> requests = [.. _order.Where(d => !has(d)).Select(d => new ContentRequest(d, parts.GetValueOrDefault(StagingArea.NameOf(d))))];
        using StagingArea staging = new(_replica);
        return await new ContentFetch(requests, origins, new SourceTerms(default, new GroupMember(2, "host", "/tree")), staging, _ => null, _ => { }, Time).RunAsync(_ending.Token);
    }
}
