namespace VtPS.Engine.Stores;

/// <summary>Where a block stands.</summary>
/// <param name="File">The data file.</param>
/// <param name="RecordOffset">Where its record begins in the file, in bytes.</param>
/// <param name="RecordLength">The record's whole length in the file, in bytes.</param>
/// <param name="RecordNumber">The record's number in the file, from 0.</param>
/// <param name="BlockOffset">Where the block begins in the record's plain content, in bytes.</param>
/// <param name="BlockLength">The block's length, in bytes.</param>
/// <param name="PlainLength">The length of the record's whole plain content, in bytes.</param>
internal readonly record struct BlockLocation(
    DataFileId File, long RecordOffset, int RecordLength, int RecordNumber, int BlockOffset, int BlockLength, int PlainLength);
