using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Backups;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>Reads content that the other side needs out of a tree's files.</summary>
/// <param name="state">The replica.</param>
/// <param name="root">The tree's root; stays the caller's.</param>
/// <param name="sources">The tree's files by what they hold.</param>
/// <param name="compress">Whether packets are compressed.</param>
/// <param name="onRead">Told of each so many bytes that were read; null where nobody asks.</param>
internal sealed class ContentReader(ReplicaState state, DirectoryHandle root, ILookup<NodeData, AppliedEntry> sources, bool compress, Action<int>? onRead)
{
    private const int Piece = 1 << 20;

    private byte[] _buffer = new byte[Piece];

    /// <summary>Reads what was asked for, in order.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(IReadOnlyList<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using TreeFiles files = new(state, root);
        PacketQueue packets = new(compress);
        await using ConfiguredAsyncDisposable disposing = packets.ConfigureAwait(false);
        for (int i = 0; i < requests.Count; i++)
        {
            // Any file that holds it will do.
            using SafeFileHandle? file = sources[requests[i].Data].Select(files.Open).FirstOrDefault(opened => opened is not null);
            if (file is null)
            {
                packets.Open.AddMissing(i);
                continue;
            }

            foreach (int read in requests[i].Base is { } known ? ReadPieces(packets, i, requests[i], file, known) : ReadWhole(packets, i, requests[i], file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                onRead?.Invoke(read);
                if (packets.Open.IsFull)
                {
                    packets.Seal();
                    if (packets.IsFull)
                    {
                        yield return await packets.TakeAsync().ConfigureAwait(false);
                    }
                }
            }
        }

        if (!packets.Open.IsEmpty)
        {
            packets.Seal();
        }

        while (!packets.IsEmpty)
        {
            yield return await packets.TakeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Adds all of a content to packets; after each part, how many bytes it has.</summary>
    private IEnumerable<int> ReadWhole(PacketQueue packets, int number, ContentRequest request, SafeFileHandle file)
    {
        long length = request.Data.Length;
        long offset = request.Offset;
        for (bool more = true; more;)
        {
            int wanted = (int)Math.Min(Piece, Math.Max(0, length - offset));
            int read = Try(() => RandomAccess.Read(file, _buffer.AsSpan(0, wanted), offset));
            if (read < 0)
            {
                packets.Open.AddMissing(number);
                yield break;
            }

            offset += read;
            more = read > 0 && offset < length;
            packets.Open.Add(number, _buffer.AsSpan(0, read), !more);
            yield return read;
        }
    }

    /// <summary>Adds to packets what a content has that the file which it is to replace has not, and the numbers of the other pieces; after each part, how many bytes it has.</summary>
    private IEnumerable<int> ReadPieces(PacketQueue packets, int number, ContentRequest request, SafeFileHandle file, PieceSums known)
    {
        ChunkReader reader = known.CreateReader(file, request.Offset);
        if (_buffer.Length < reader.MinimumBuffer)
        {
            _buffer = new byte[reader.MinimumBuffer];
        }

        List<long> pieces = [];
        int first = 0;
        int count = 0;
        int filled;
        while ((filled = Try(() => reader.Fill(_buffer, pieces) ? 1 : 0)) > 0)
        {
            int at = 0;
            foreach (long length in pieces)
            {
                ReadOnlySpan<byte> piece = _buffer.AsSpan(at, (int)length);
                int same = known.Find(piece);
                if (count > 0 && same != first + count)
                {
                    packets.Open.AddPieces(number, first, count, last: false);
                    count = 0;
                }

                if (same < 0)
                {
                    packets.Open.Add(number, piece, last: false);
                }
                else
                {
                    first = count == 0 ? same : first;
                    count++;
                }

                at += (int)length;
            }

            yield return at;
        }

        if (filled < 0)
        {
            packets.Open.AddMissing(number);
        }
        else if (count > 0)
        {
            packets.Open.AddPieces(number, first, count, last: true);
        }
        else
        {
            packets.Open.Add(number, [], last: true);
        }
    }

    /// <summary>What some reading gives; -1 where it fails.</summary>
    private static int Try(Func<int> read)
    {
        try
        {
            return read();
        }
        catch (IOException)
        {
            return -1;
        }
    }
}
