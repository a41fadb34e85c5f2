using VtPS.Engine.IO;

namespace VtPS.Engine.Trees;

/// <summary>
/// What the change test needs of one entry and the tree does not hold, because it is volatile. A directory's side-car has one for each of its entries, in their order.
/// </summary>
/// <param name="Trusted">Whether the entry was old enough when it was opened for its times to be believed.</param>
/// <param name="Changed">The inode's last change; null where the file system has none.</param>
/// <param name="Inode">The inode.</param>
/// <param name="Directory">For a directory: its own side-car.</param>
internal readonly record struct SideEntry(bool Trusted, FileTime? Changed, ulong Inode, VtBlockReference? Directory);
