using VtPS.Engine.IO;

namespace VtPS.Engine.Restores;

/// <summary>Puts what was made beside its place into it. Safe for use by many threads.</summary>
internal sealed class Placement(RestoreContext context, TreeRemover remover)
{
    /// <summary>Whether what is there may be replaced; if not, that is reported.</summary>
    public bool MayReplace(in RestorePlace place, in FileStatus? present)
    {
        if (present is null || context.Request.Force)
        {
            return true;
        }

        context.ReportDiffers(place.Path.ToString(), present.Value.Type == place.Entry.Type ? "what is there differs from it." : "in its place is something of another kind.");
        return false;
    }

    /// <summary>Gives what was made beside its place the final name.</summary>
    /// <returns>False where a directory is in its place and could not be removed; that was reported.</returns>
    public bool Replace(in RestorePlace place, byte[] temporary, in FileStatus? present)
    {
        if (present is { Type: VtItemType.Directory } && !remover.Remove(place.Node.Directory!, place.Name, place.Path.ToString(), isExtra: false))
        {
            return false;
        }

        place.Directory.Rename(temporary, place.Name);
        return true;
    }

    /// <summary>Removes what could not be finished.</summary>
    public static void RemoveTemporary(DirectoryHandle directory, byte[] name)
    {
        try
        {
            directory.DeleteFile(name);
        }
        catch (FileSystemException)
        {
            // The error that led here is the one to tell.
        }
    }
}
