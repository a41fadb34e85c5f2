using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>Reads content that the other side needs out of a tree's files.</summary>
/// <param name="state">The replica.</param>
/// <param name="root">The tree's root; stays the caller's.</param>
/// <param name="compress">Whether packets are compressed.</param>
/// <param name="onRead">Told of each so many bytes that were read.</param>
internal sealed class ContentReader(ReplicaState state, DirectoryHandle root, bool compress, Action<int> onRead)
{
    private const int Piece = 1 << 20;

    /// <summary>Reads what was asked for, in order.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(IReadOnlyList<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<NodeData, List<AppliedEntry>> sources = [];
        foreach (ContentRequest request in requests)
        {
            sources.TryAdd(request.Data, []);
        }

        foreach (AppliedEntry entry in state.Applied.Entries)
        {
            if (sources.TryGetValue(entry.Data, out List<AppliedEntry>? list))
            {
                list.Add(entry);
            }
        }

        using DirectoryPool pool = new();
        PooledDirectory top = pool.AddRoot(root.Duplicate());
        Dictionary<NodeId, PooledDirectory> folders = [];
        using ContentPackets packets = new(compress);
        byte[] buffer = new byte[Piece];
        for (int i = 0; i < requests.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long offset = requests[i].Offset;
            using SafeFileHandle? file = Open(pool, top, folders, sources[requests[i].Data]);
            if (file is null)
            {
                packets.AddMissing(i);
            }

            bool more = file is not null;
            while (more)
            {
                int read = ReadPiece(file!, buffer, offset, requests[i].Data.Length);
                offset += Math.Max(0, read);
                more = read > 0 && offset < requests[i].Data.Length;
                if (read < 0)
                {
                    packets.AddMissing(i);
                }
                else
                {
                    onRead(read);
                    packets.Add(i, buffer.AsSpan(0, read), !more);
                }

                if (packets.IsFull)
                {
                    yield return await Task.Run(packets.Finish, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        if (!packets.IsEmpty)
        {
            yield return packets.Finish();
        }
    }

    /// <summary>How many bytes were read; -1 where they cannot be.</summary>
    private static int ReadPiece(SafeFileHandle file, byte[] buffer, long offset, long length)
    {
        try
        {
            return RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, Math.Max(0, length - offset))), offset);
        }
        catch (IOException)
        {
            return -1;
        }
    }

    private SafeFileHandle? Open(DirectoryPool pool, PooledDirectory top, Dictionary<NodeId, PooledDirectory> folders, List<AppliedEntry> entries)
    {
        foreach (AppliedEntry entry in entries)
        {
            if (Find(top, folders, entry.Place.Parent) is not { } folder)
            {
                continue;
            }

            try
            {
                DirectoryHandle handle = pool.Acquire(folder);
                try
                {
                    SafeFileHandle file = handle.OpenFile(entry.Place.Name);
                    if (entry.Facts.IsSameEntry(handle.GetStatus(file)))
                    {
                        return file;
                    }

                    file.Dispose();
                }
                finally
                {
                    pool.Release(folder);
                }
            }
            catch (FileSystemException)
            {
                // Another file may hold the same.
            }
        }

        return null;
    }

    private PooledDirectory? Find(PooledDirectory top, Dictionary<NodeId, PooledDirectory> folders, NodeId id)
    {
        if (id.IsRoot)
        {
            return top;
        }

        if (folders.TryGetValue(id, out PooledDirectory? known))
        {
            return known;
        }

        if (state.Applied.Find(id) is not { } entry || Find(top, folders, entry.Place.Parent) is not { } parent)
        {
            return null;
        }

        PooledDirectory folder = DirectoryPool.Add(parent, entry.Place.Name);
        folders.Add(id, folder);
        return folder;
    }
}
