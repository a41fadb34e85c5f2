namespace VtPS.Engine.IO;

/// <summary>A name in a live directory, as bytes, with the type where the listing gave one (<see cref="VtItemType.Unknown"/> where it did not).</summary>
internal readonly record struct DirectoryEntryName(byte[] Name, VtItemType Type);
