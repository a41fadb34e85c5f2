using System.Collections.Concurrent;
using VtPS.Engine.Encryption;

namespace VtPS.Engine.Stores;

/// <summary>The seals of an encrypted Store: each file's own key, derived from its epoch's key, and kept for the files that were last read.</summary>
internal sealed class SealedFileSeals(KeyRing ring) : DataFileSeals
{
    private const int KeptFiles = 256;

    private readonly ConcurrentDictionary<DataFileId, SealedRecordSeal> _kept = new();

    public override uint Epoch => ring.Current.Epoch;

    public override RecordShape Shape => RecordShape.Sealed;

    // Not kept: a writer has its own, and what is read of the file later is read by the header that came to be there.
    public override RecordSeal ForNewFile(DataFileId file, ReadOnlySpan<byte> header) => new SealedRecordSeal(ring.StoreId, ring.Current, file, header);

    public override RecordSeal? Find(DataFileId file) => _kept.GetValueOrDefault(file);

    public override RecordSeal ForFile(DataFileId file, ReadOnlySpan<byte> header)
    {
        uint epoch = DataFileFormat.ReadEpoch(header);
        EpochKey key = ring.Find(epoch) ?? throw new InvalidDataException(
            epoch == 0 ? "It is not sealed, and the Store is encrypted: someone without the key put it there."
            : epoch > ring.Current.Epoch ? $"It is sealed under key epoch {epoch}, which this session does not have (it has epoch {ring.Current.Epoch}). If the Store's key was changed meanwhile, open the Store again with a new password."
            : $"It is sealed under key epoch {epoch}, which is not read any more.");
        SealedRecordSeal seal = new(ring.StoreId, key, file, header);
        if (_kept.Count >= KeptFiles)
        {
            _kept.Clear();
        }

        _kept[file] = seal;
        return seal;
    }

    public override RecordSeal ForDamagedFile(DataFileId file, VtHashName hashName)
    {
        // All of the header that a record is bound to can be told without it, but for the epoch and the kind of blocks: there are few of both.
        List<(EpochKey, byte[])> possible = [];
        foreach (EpochKey key in ring.Keys)
        {
            if (ring.Find(key.Epoch) is not null)
            {
                foreach (DataFileContent content in Enum.GetValues<DataFileContent>())
                {
                    byte[] header = new byte[DataFileFormat.HeaderLength];
                    DataFileFormat.WriteHeader(header, hashName, content, key.Epoch, file, default);
                    possible.Add((key, header));
                }
            }
        }

        return new SealedRecordSeal(ring.StoreId, file, possible);
    }
}
