namespace VtPS.Engine.Stores;

/// <summary>Where the seals of a Store's data files come from. Safe for use by many threads.</summary>
internal abstract class DataFileSeals
{
    /// <summary>The epoch of new files: 0 in a plain Store.</summary>
    public abstract uint Epoch { get; }

    /// <summary>What the seals make of a record's length.</summary>
    public abstract RecordShape Shape { get; }

    /// <summary>The seal of a file that is about to be written.</summary>
    /// <param name="file">The file's id, drawn anew for each attempt.</param>
    /// <param name="header">Its header.</param>
    public abstract RecordSeal ForNewFile(DataFileId file, ReadOnlySpan<byte> header);

    /// <summary>The seal of a file, if it is known without looking at its header; else null.</summary>
    public abstract RecordSeal? Find(DataFileId file);

    /// <summary>The seal of a file that is read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">Its header, checked by <see cref="DataFileFormat.CheckHeader"/>.</param>
    /// <exception cref="InvalidDataException">The file is plain where it must be sealed, or the other way round, or of an epoch that is not read.</exception>
    public abstract RecordSeal ForFile(DataFileId file, ReadOnlySpan<byte> header);

    /// <summary>A seal that opens the records, but not the trailer, of a file whose header cannot be used.</summary>
    public abstract RecordSeal ForDamagedFile(DataFileId file, VtHashName hashName);
}
