using System.Collections;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Compression;
using VtPS.Engine.Histories;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>Puts packets of content into the staging folder, each content checked against what it should be. What is too long for one packet grows in a <c>.part</c> file, from which a later sync goes on.</summary>
/// <param name="staging">The staging folder.</param>
/// <param name="requests">What was asked for.</param>
/// <param name="openBase">Opens the file that a content is to replace; null where that has changed.</param>
/// <param name="onBytes">Told of bytes that came.</param>
/// <param name="onEnd">Told of the number of a request and what became of it, by many threads; null where nobody asks.</param>
internal sealed class ContentStager(
    StagingArea staging, IReadOnlyList<ContentRequest> requests, Func<NodeData, SafeFileHandle?> openBase, Action<long> onBytes, Action<int, ContentOutcome>? onEnd = null) : IDisposable
{
    private readonly Decompressor _decompressor = new();
    private readonly BitArray _ended = new(requests.Count);
    private FileStream? _part;
    private SafeFileHandle? _base;
    private byte[] _plain = [];
    private byte[] _buffer = [];
    private int _open = -1;
    private int _abandoned = -1;

    /// <summary>Takes in a packet.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or brings what nobody asked for.</exception>
    public void Take(ReadOnlySpan<byte> packet, CancellationToken cancellationToken)
    {
        List<ContentItem> whole = [];
        foreach (ContentItem item in ContentPackets.Read(Packets.Unpack(packet, _decompressor, ref _plain)))
        {
            if (item.Request == _abandoned)
            {
                continue;
            }

            if (item.Request >= requests.Count || _ended[item.Request])
            {
                throw new InvalidDataException("A packet brings content that nobody asked for.");
            }

            if (item.IsLast && !item.IsMissing && item.Pieces is null && _open != item.Request && requests[item.Request].Offset == 0)
            {
                _ended[item.Request] = true;
                onBytes(item.Bytes.Length);
                whole.Add(item);
            }
            else
            {
                Take(item, cancellationToken);
            }
        }

        try
        {
            Parallel.ForEach(whole, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, PutWhole);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    public void Dispose()
    {
        ClosePart();
        _decompressor.Dispose();
    }

    /// <summary>Takes in a content that came in one piece; what is not as it should be is left out, and the entry waits.</summary>
    private void PutWhole(ContentItem item)
    {
        NodeData data = requests[item.Request].Data;
        bool isRight = ContentHasher.Compute(item.Bytes.Span).Equals(data.Content);
        if (isRight)
        {
            staging.Put(data, item.Bytes.Span);
        }

        onEnd?.Invoke(item.Request, isRight ? ContentOutcome.Complete : ContentOutcome.Missing);
    }

    /// <summary>Takes in a part of a content that comes in several.</summary>
    private void Take(in ContentItem item, CancellationToken cancellationToken)
    {
        if (item.IsMissing)
        {
            End(item.Request, ContentOutcome.Missing);
            return;
        }

        ContentRequest request = requests[item.Request];
        if (_open != item.Request)
        {
            ClosePart();
            _part = new FileStream(staging.PartOf(request.Data), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 0);
            _part.SetLength(request.Offset);
            _part.Position = request.Offset;
            _open = item.Request;
        }

        if (item.Pieces is not { } pieces)
        {
            onBytes(item.Bytes.Length);
            _part!.Write(item.Bytes.Span);
        }
        else if (!Copy(request, pieces.First, pieces.Count, cancellationToken))
        {
            // The file has changed since it was cut: what came so far is right, and the next sync goes on from it.
            _abandoned = item.Request;
            End(item.Request, ContentOutcome.Missing);
            return;
        }

        if (item.IsLast)
        {
            ClosePart();
            bool isRight = staging.Complete(request.Data, cancellationToken);
            End(item.Request, isRight ? ContentOutcome.Complete : request.Offset > 0 ? ContentOutcome.Spoiled : ContentOutcome.Missing);
        }
    }

    private void End(int request, ContentOutcome outcome)
    {
        ClosePart();
        _ended[request] = true;
        onEnd?.Invoke(request, outcome);
    }

    /// <summary>Copies pieces of the file that a content is to replace; false if they cannot be had.</summary>
    private bool Copy(ContentRequest request, int first, int count, CancellationToken cancellationToken)
    {
        PieceSums sums = request.Base ?? throw new InvalidDataException("A packet names pieces of a file that nobody told of.");
        (long offset, long length) = sums.Locate(first, count);
        _base ??= openBase(request.Data);
        if (_base is null)
        {
            return false;
        }

        if (_buffer.Length == 0)
        {
            _buffer = new byte[1 << 18];
        }

        while (length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = RandomAccess.Read(_base, _buffer.AsSpan(0, (int)Math.Min(length, _buffer.Length)), offset);
            if (read == 0)
            {
                return false;
            }

            _part!.Write(_buffer, 0, read);
            onBytes(read);
            offset += read;
            length -= read;
        }

        return true;
    }

    private void ClosePart()
    {
        _part?.Dispose();
        _part = null;
        _base?.Dispose();
        _base = null;
        _open = -1;
    }
}
