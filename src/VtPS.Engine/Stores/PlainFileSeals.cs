namespace VtPS.Engine.Stores;

/// <summary>The seals of a plain Store: checksums, the same for every file.</summary>
internal sealed class PlainFileSeals : DataFileSeals
{
    public static PlainFileSeals Instance { get; } = new();

    public override uint Epoch => 0;

    public override RecordShape Shape => RecordShape.Plain;

    public override RecordSeal ForNewFile(DataFileId file, ReadOnlySpan<byte> header) => PlainRecordSeal.Instance;

    public override RecordSeal? Find(DataFileId file) => PlainRecordSeal.Instance;

    public override RecordSeal ForFile(DataFileId file, ReadOnlySpan<byte> header)
    {
        uint epoch = DataFileFormat.ReadEpoch(header);
        return epoch == 0 ? PlainRecordSeal.Instance : throw new InvalidDataException($"It is sealed under key epoch {epoch}, and the Store is not encrypted.");
    }

    public override RecordSeal ForDamagedFile(DataFileId file, VtHashName hashName) => PlainRecordSeal.Instance;
}
