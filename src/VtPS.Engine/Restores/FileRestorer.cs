using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Compares, writes and verifies files. For one thread at a time.</summary>
internal sealed class FileRestorer(RestoreContext context, MetadataWriter metadata, Placement placement)
{
    /// <summary>Nobody but the owner sees a file in the making.</summary>
    private const int PrivateMode = 0x180;

    private readonly ContentWriter _writer = new(context);
    private readonly ContentComparer _comparer = new(context.Trees, context.HashName);

    /// <summary>Whether the file that is there is the recorded one: by size and time, or by its content.</summary>
    public async ValueTask<bool> IsEqualAsync(RestorePlace place, FileStatus status)
    {
        if (status.Type != VtItemType.File || status.Size != place.Entry.Size)
        {
            return false;
        }

        if (status.Modified == place.Entry.Modified)
        {
            return true;
        }

        try
        {
            using SafeFileHandle file = place.Directory.OpenFile(place.Name);
            return await _comparer.EqualsAsync(file, place.Entry.Content, null, context.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || (e is VtException damage && RestoreContext.IsDamage(damage)))
        {
            // Not known to be equal: then it is replaced, or reported as different.
            return false;
        }
    }

    /// <summary>Writes a file beside its place, with all its metadata, and gives it its name when it is complete.</summary>
    /// <returns>Whether it is in its place.</returns>
    public async ValueTask<bool> WriteAsync(RestorePlace place, FileStatus? present)
    {
        TreeEntry entry = place.Entry;
        byte[] temporary = context.NewTemporaryName();
        bool placed = false;
        SafeFileHandle file = place.Directory.CreateFile(temporary, PrivateMode);
        try
        {
            await _writer.WriteAsync(place.Directory, file, entry, context.Request.OnDamage == OnDamage.Zero, place.Path, context.Token).ConfigureAwait(false);
            if (context.Request.Verify && !await VerifyAsync(place, file).ConfigureAwait(false))
            {
                return false;
            }

            metadata.ApplyToNew(new MetadataTarget(place.Directory, file, temporary), place.Node, entry, PrivateMode, place.Path);
            file.Dispose();
            context.Token.ThrowIfCancellationRequested();
            placed = placement.Replace(place, temporary, present);
        }
        finally
        {
            file.Dispose();
            if (!placed)
            {
                Placement.RemoveTemporary(place.Directory, temporary);
            }
        }

        if (!placed)
        {
            return false;
        }

        Interlocked.Increment(ref context.Counters.FilesRestored);
        if (_writer.FirstDamage is { } damage)
        {
            context.ReportDamage(place.Path.ToString(), $"'{place.Path}' was restored with zeros in {_writer.Unreadable.Count} places that cannot be read from the Store.", damage);
        }

        context.GiveRow(place.Path, entry, _writer.FirstDamage is null ? VtFileAction.Restored : VtFileAction.Damaged, entry.Size);
        return true;
    }

    private async ValueTask<bool> VerifyAsync(RestorePlace place, SafeFileHandle file)
    {
        bool equal = RandomAccess.GetLength(file) == place.Entry.Size
            && await _comparer.EqualsAsync(file, place.Entry.Content, _writer.Unreadable, context.Token).ConfigureAwait(false);
        if (equal)
        {
            Interlocked.Increment(ref context.Counters.FilesVerified);
        }
        else
        {
            context.Report(
                VtErrorId.DestinationWriteFailed,
                $"'{place.Path}' was not restored: what was read back is not what was written. Check the destination's disk and memory before you trust what is on it.",
                place.Path.ToString());
        }

        return equal;
    }
}
