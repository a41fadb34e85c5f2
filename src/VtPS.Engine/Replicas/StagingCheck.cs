using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>
/// Whether the content that waits in a staging folder can be trusted. A power cut may leave files that have their names and not their content: between <see cref="Begin"/>
/// and <see cref="End"/> a mark lies in the folder, and a sync that finds it looks at every content again.
/// </summary>
internal static class StagingCheck
{
    /// <summary>Says that content is coming, so that a power cut cannot leave names of content without that being known.</summary>
    /// <param name="folder">The replica's state folder.</param>
    /// <param name="staging">Its staging folder.</param>
    public static void Begin(ReplicaFolder folder, DirectoryHandle staging)
    {
        if (!File.Exists(MarkOf(folder)))
        {
            File.WriteAllBytes(MarkOf(folder), []);
            staging.Flush();
        }
    }

    /// <summary>Says that the file system was flushed since the last content came.</summary>
    public static void End(ReplicaFolder folder)
    {
        if (File.Exists(MarkOf(folder)))
        {
            File.Delete(MarkOf(folder));
        }
    }

    /// <summary>After a sync that was cut off: removes content that is not what its name says.</summary>
    public static void Run(ReplicaFolder folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(MarkOf(folder)))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFiles(folder.Staging))
        {
            string name = Path.GetFileName(path);
            if (name.All(char.IsAsciiHexDigitLower) && !IsWhole(path, name, cancellationToken))
            {
                File.Delete(path);
            }
        }
    }

    private static bool IsWhole(string path, string name, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            return StagingArea.NameOf(NodeData.File(ContentHasher.Compute(file, cancellationToken))) == name;
        }
        catch (UnauthorizedAccessException)
        {
            // It had its permissions already, and not yet its place.
            return false;
        }
    }

    private static string MarkOf(ReplicaFolder folder) => Path.Join(folder.Staging, "unchecked");
}
