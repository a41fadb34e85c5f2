using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>The contents of a tree's files, by what they are. Safe for several readings at a time; the replica does not change meanwhile.</summary>
/// <param name="state">The replica.</param>
/// <param name="root">The tree's root; stays the caller's.</param>
/// <param name="compress">Whether packets are compressed.</param>
internal sealed class TreeContents(ReplicaState state, DirectoryHandle root, bool compress)
{
    private readonly Lazy<ILookup<NodeData, AppliedEntry>> _files = new(() => state.Applied.Entries.Where(e => !e.Data.IsInReference).ToLookup(e => e.Data));

    /// <summary>Reads what was asked for, in order.</summary>
    /// <param name="requests">What is asked for.</param>
    /// <param name="onRead">Told of each so many bytes that were read; null where nobody asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(IReadOnlyList<ContentRequest> requests, Action<int>? onRead, CancellationToken cancellationToken) =>
        new ContentReader(state, root, _files.Value, compress, onRead).ReadAsync(requests, cancellationToken);
}
