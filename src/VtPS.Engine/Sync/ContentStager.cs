using VtPS.Engine.Compression;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>Puts packets of content into the staging folder, each content checked against what it should be. What is too long for one packet grows in a <c>.part</c> file, from which a later sync goes on.</summary>
/// <param name="staging">The staging folder.</param>
/// <param name="requests">What was asked for.</param>
/// <param name="onBytes">Told of bytes that came.</param>
internal sealed class ContentStager(StagingArea staging, IReadOnlyList<ContentRequest> requests, Action<long> onBytes) : IDisposable
{
    private readonly Decompressor _decompressor = new();
    private FileStream? _part;
    private int _open = -1;

    /// <summary>Takes in a packet.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or brings what nobody asked for.</exception>
    public void Take(ReadOnlySpan<byte> packet, CancellationToken cancellationToken) => ContentPackets.Read(packet, _decompressor, (number, last, isMissing, bytes) =>
    {
        if (number >= requests.Count)
        {
            throw new InvalidDataException("A packet brings content that nobody asked for.");
        }

        ContentRequest request = requests[number];
        onBytes(bytes.Length);
        if (isMissing)
        {
            ClosePart();
            return;
        }

        if (last && _open != number && request.Offset == 0)
        {
            // Whole in one piece.
            if (ContentHasher.Compute(bytes).Equals(request.Data.Content))
            {
                staging.Put(request.Data, bytes);
            }

            return;
        }

        if (_open != number)
        {
            ClosePart();
            _part = new FileStream(staging.PartOf(request.Data), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 0);
            _part.SetLength(request.Offset);
            _part.Position = request.Offset;
            _open = number;
        }

        _part!.Write(bytes);
        if (last)
        {
            ClosePart();
            staging.Complete(request.Data, cancellationToken);
        }
    });

    public void Dispose()
    {
        ClosePart();
        _decompressor.Dispose();
    }

    private void ClosePart()
    {
        _part?.Dispose();
        _part = null;
        _open = -1;
    }
}
