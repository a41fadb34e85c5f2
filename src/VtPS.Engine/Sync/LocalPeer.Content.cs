using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>Content, on its way out and in.</summary>
internal sealed partial class LocalPeer
{
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Between two folders of this machine the side that fetches tells of it.
        long bytes = requests.Sum(r => r.Data.Length - r.Offset);
        using ProgressMeter? progress = _compress ? new(_observer, "Sending") { BytesTotal = bytes } : null;
        _status!.SetBytes("Sending", Interlocked.Add(ref _asked, bytes));
        void OnRead(int read)
        {
            progress?.AddBytes(read);
            _status.AddBytes(Interlocked.Add(ref _sent, read));
        }

        await foreach (ReadOnlyMemory<byte> packet in _contents!.ReadAsync(requests, OnRead, cancellationToken).ConfigureAwait(false))
        {
            yield return packet;
        }
    }

    public async Task StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> packets, CancellationToken cancellationToken)
    {
        using Fetching fetching = new(this);
        using ContentStager stager = new(fetching.Staging, _needs.Requests, fetching.OpenBase, fetching.OnBytes);
        await foreach (ReadOnlyMemory<byte> packet in packets.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                stager.Take(packet.Span, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Failure(e);
            }
            catch (InvalidDataException e)
            {
                throw ContentWorker.Misunderstood(_terms.Peer, e);
            }
        }
    }

    public async Task<IReadOnlyList<ContentShare>> FetchAsync(IReadOnlyList<ContentOrigin> origins, CancellationToken cancellationToken)
    {
        if (_needs.Requests.Count == 0)
        {
            return [];
        }

        using Fetching fetching = new(this);
        SourceTerms terms = new(State.Group, new GroupMember(State.History.Replica, Environment.MachineName, _path));
        ContentFetch fetch = new(_needs.Requests, origins, terms, fetching.Staging, fetching.OpenBase, fetching.OnBytes, Time);
        return await GuardAsync(fetch.RunAsync(cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>What it takes to stage what the merge has told of. Safe for use by many threads.</summary>
    private sealed class Fetching : IDisposable
    {
        private readonly LocalPeer _peer;
        private readonly TreeFiles _files;
        private readonly ProgressMeter _progress;
        private readonly Lock _gate = new();

        public Fetching(LocalPeer peer)
        {
            _peer = peer;
            Staging = new StagingArea(peer._folder!);
            _files = new TreeFiles(peer.State, peer._root!);
            _progress = new ProgressMeter(peer._observer, "Fetching") { BytesTotal = peer._needs.Requests.Sum(r => r.Data.Length - r.Offset) };
            peer._status!.SetBytes("Fetching", _progress.BytesTotal.Value);
        }

        public StagingArea Staging { get; }

        public SafeFileHandle? OpenBase(NodeData data)
        {
            lock (_gate)
            {
                return _files.Open(_peer._needs.Bases[data]);
            }
        }

        public void OnBytes(long bytes)
        {
            _progress.AddBytes(bytes);
            _peer._status!.AddBytes(Interlocked.Add(ref _peer._fetched, bytes));
        }

        public void Dispose()
        {
            _progress.Dispose();
            _files.Dispose();
            Staging.Dispose();
        }
    }
}
