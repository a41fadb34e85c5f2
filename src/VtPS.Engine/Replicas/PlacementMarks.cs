using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>
/// Marks in a staging folder for files that are about to get new content, until the state says that they have it. A sync that was killed in between has put the new content before the user's eyes: what the
/// user then makes of it is an edit of the new content and no conflict with it.
/// </summary>
internal static class PlacementMarks
{
    private const string Prefix = "placing-";

    /// <summary>Says that a file's new content, which lies in the staging folder under a fresh name, is about to change places with the old one.</summary>
    public static void Begin(DirectoryHandle staging, NodeId id)
    {
        byte[] name = NameOf(id);
        if (staging.TryGetStatus(name) is null)
        {
            staging.CreateFile(name, 0x180).Dispose();
        }
    }

    /// <summary>Says that the old content is in its place.</summary>
    public static void Cancel(DirectoryHandle staging, NodeId id) => staging.DeleteFile(NameOf(id));

    /// <summary>Says that the state is durable.</summary>
    public static void End(ReplicaFolder folder)
    {
        foreach (string mark in List(folder))
        {
            File.Delete(mark);
        }
    }

    /// <summary>Whether a file of a staging folder is a mark.</summary>
    public static bool IsMark(string path) => Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>After a sync that was killed: notes of each file that got its new content that it takes that in, for the scan to look at what became of it since.</summary>
    /// <param name="state">The replica as it was loaded.</param>
    /// <param name="folder">Its state folder, of which nothing was put right yet.</param>
    /// <param name="isOld">Whether the file that the state knows still lies in its place.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether there was any such file.</returns>
    public static bool Recover(ReplicaState state, ReplicaFolder folder, Predicate<AppliedEntry> isOld, CancellationToken cancellationToken)
    {
        List<string> marks = List(folder);
        if (marks.Count == 0)
        {
            return false;
        }

        bool any = false;
        Predicate<NodeData> waits = StagingArea.Look(folder);
        List<NodeData?> unplaced = [.. Directory.EnumerateFiles(folder.Staging, StagingArea.FreshPrefix + "*").Select(path => Read(path, cancellationToken))];
        foreach (string mark in marks)
        {
            if (!Identity.TryParse(Path.GetFileName(mark)[Prefix.Length..], out Identity id)
                || state.Applied.Find(new NodeId(id)) is not { } entry || state.History.Find(entry.Id) is not { IsAlive: true, HasConflict: false } record
                || !entry.Place.Equals(record.Place) || entry.Data.Equals(record.Data))
            {
                continue;
            }

            if (!isOld(entry) && !waits(record.Data) && !unplaced.Exists(data => data is null || data.Equals(record.Data)))
            {
                entry.Data = record.Data;
                entry.Attributes = record.Attribute;
                entry.Seen = record.Seen;
                entry.Facts = entry.Facts with { IsTrusted = false };
                any = true;
            }
        }

        return any;
    }

    /// <summary>What a file holds; null where it cannot be read.</summary>
    private static NodeData? Read(string path, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            return NodeData.File(ContentHasher.Compute(file, cancellationToken));
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static List<string> List(ReplicaFolder folder) =>
        Directory.Exists(folder.Staging) ? [.. Directory.EnumerateFiles(folder.Staging, Prefix + "*")] : [];

    private static byte[] NameOf(NodeId id) => System.Text.Encoding.ASCII.GetBytes(Prefix + id);
}
