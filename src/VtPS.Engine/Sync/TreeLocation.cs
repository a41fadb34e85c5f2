using VtPS.Engine.IO;

namespace VtPS.Engine.Sync;

/// <summary>A synced tree, and a place in it.</summary>
/// <param name="Root">The tree's root: a full path.</param>
/// <param name="Inside">A path in the tree, in the escaped text form; empty for all of it.</param>
internal sealed record TreeLocation(string Root, string Inside)
{
    /// <summary>The tree that a path is in: the nearest folder upwards that takes part in syncs. The path itself need not be there any more.</summary>
    /// <param name="path">A full path.</param>
    /// <exception cref="VtException">PathNotFound: neither it nor a folder above it was ever synced.</exception>
    public static TreeLocation Find(string path)
    {
        for (string? folder = path; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Join(folder, ".vt")))
            {
                string inside = Path.GetRelativePath(folder, path);
                return new TreeLocation(folder, inside == "." ? string.Empty : PathText.Format(FileSystem.Current.GetBytes(inside.Replace(Path.DirectorySeparatorChar, '/'))));
            }
        }

        throw new VtException(VtErrorId.PathNotFound, $"'{path}' is not in a tree that was ever synced. Give the root of one, or run Sync-VtPeer (vt sync) first.", path);
    }

    /// <summary>Whether a path in a tree is another one, or lies below it.</summary>
    public static bool IsAtOrBelow(string path, string other) =>
        path.StartsWith(other, StringComparison.Ordinal) && (path.Length == other.Length || path[other.Length] == '/');
}
