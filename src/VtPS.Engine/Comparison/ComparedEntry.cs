using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Comparison;

/// <summary>An entry of one of the trees that are compared.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Entry">What is known of it; null for a live entry that could not be examined, which was reported.</param>
/// <param name="Folder">The live directory that it is in; null for an entry of a backup.</param>
/// <param name="Itself">A live directory's own place; null for anything else.</param>
/// <param name="Place">What a live directory inherits of the rules that its backup was made by; null for anything else.</param>
internal readonly record struct ComparedEntry(byte[] Name, TreeEntry? Entry, PooledDirectory? Folder, PooledDirectory? Itself, LivePlace? Place = null);
