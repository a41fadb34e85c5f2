using VtPS.Engine.IO;

namespace VtPS.Engine.Tests.Support;

/// <summary>Removes trees by handles, whatever their names, depth and modes.</summary>
internal static class TreeRemover
{
    /// <summary>Removes an entry with all below it; nothing there is no error.</summary>
    public static void Remove(DirectoryHandle parent, byte[] name)
    {
        if (parent.TryGetStatus(name) is not { } status)
        {
            return;
        }

        if (status.Type != VtItemType.Directory)
        {
            parent.DeleteFile(name);
            return;
        }

        if ((status.Mode & 0x1c0) != 0x1c0)
        {
            parent.SetMode(name, 0x1c0);
        }

        using (DirectoryHandle directory = parent.OpenDirectory(name))
        {
            foreach (DirectoryEntryName entry in directory.List())
            {
                Remove(directory, entry.Name);
            }
        }

        parent.DeleteDirectory(name);
    }
}
