namespace VtPS.Engine.Copies;

/// <summary>A block that the destination lacks.</summary>
/// <param name="Hash">The block.</param>
/// <param name="Length">The bytes that the reference to it stands for; 0 for a list of references.</param>
/// <param name="Directory">The first directory found to need it.</param>
/// <param name="Name">The file in that which does; null: the directory itself.</param>
internal readonly record struct MissingBlock(VtHash Hash, long Length, CopyNode Directory, byte[]? Name);
