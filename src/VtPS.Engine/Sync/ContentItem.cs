namespace VtPS.Engine.Sync;

/// <summary>A part of a content, as packets bring it.</summary>
/// <param name="Request">The number of the request.</param>
/// <param name="IsLast">Whether the content ends.</param>
/// <param name="IsMissing">Whether the rest of it is not to be had.</param>
/// <param name="Pieces">Pieces of the file that it is to replace, which come next; null where the bytes do.</param>
/// <param name="Bytes">The bytes.</param>
internal readonly record struct ContentItem(int Request, bool IsLast, bool IsMissing, (int First, int Count)? Pieces, ReadOnlyMemory<byte> Bytes);
