using VtPS.Engine.IO;

namespace VtPS.Engine.Restores;

/// <summary>Opens the folder that a restore goes to.</summary>
internal static class DestinationFolder
{
    private const int EverybodyAll = 0x1ff;

    /// <summary>Opens a folder by its path; what is not there of it is made. Links on the way are followed: the path is the user's own.</summary>
    /// <exception cref="VtException">DestinationDenied; DestinationConflict where the path or a part of it is something else; DestinationWriteFailed.</exception>
    public static DirectoryHandle Open(byte[] path)
    {
        try
        {
            return OpenOrMake(path);
        }
        catch (FileSystemException e)
        {
            string text = PathText.Format(path);
            throw e.Reason switch
            {
                FileSystemReason.Denied => new VtException(VtErrorId.DestinationDenied, $"The destination '{text}' cannot be opened or made: {e.Message} Choose a folder that you may write to.", text, e),
                FileSystemReason.NotADirectory or FileSystemReason.Exists or FileSystemReason.SymbolicLink =>
                    new VtException(VtErrorId.DestinationConflict, $"The destination '{text}' is not a folder, or lies below something that is none: {e.Message} Give a folder, or a path that is not there yet.", text, e),
                _ => new VtException(VtErrorId.DestinationWriteFailed, $"The destination '{text}' cannot be opened or made: {e.Message}", text, e),
            };
        }
    }

    private static DirectoryHandle OpenOrMake(byte[] path)
    {
        // From the whole path upwards to what is there, then down again.
        Stack<byte[]> missing = new();
        ReadOnlySpan<byte> at = Trim(path);
        DirectoryHandle? open = null;
        while (open is null)
        {
            try
            {
                open = FileSystem.Current.OpenDirectory(at.ToArray());
            }
            catch (FileSystemException e) when (e.Reason == FileSystemReason.NotFound && !at.IsEmpty && !at.SequenceEqual("/"u8) && !at.SequenceEqual("."u8))
            {
                int slash = at.LastIndexOf((byte)'/');
                missing.Push(at[(slash + 1)..].ToArray());
                at = slash < 0 ? "."u8 : Trim(at[..(slash + 1)]);
            }
        }

        while (missing.TryPop(out byte[]? name))
        {
            using DirectoryHandle parent = open;
            try
            {
                parent.CreateDirectory(name, EverybodyAll);
            }
            catch (FileSystemException e) when (e.Reason == FileSystemReason.Exists && parent.TryGetStatus(name) is { Type: VtItemType.Directory })
            {
                // Somebody else made it meanwhile.
            }

            open = parent.OpenDirectory(name);
        }

        return open;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> path)
    {
        while (path.Length > 1 && path[^1] == '/')
        {
            path = path[..^1];
        }

        return path;
    }
}
