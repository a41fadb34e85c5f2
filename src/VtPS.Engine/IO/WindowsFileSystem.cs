namespace VtPS.Engine.IO;

/// <summary>
/// The file system of Windows through .NET: full paths with the <c>\\?\</c> prefix, names as WTF-8. It captures attributes and times;
/// owners, ACLs, streams, hard links and holes are not seen. It has been written without a Windows machine to try it on.
/// </summary>
internal sealed class WindowsFileSystem : FileSystem
{
    private const string Prefix = @"\\?\";

    public override string? BootId => null;

    public override DirectoryHandle OpenDirectory(byte[] path, bool followLast = true, bool searchOnly = false)
    {
        string text = Wtf8.GetString(path) is { Length: > 0 } valid && !valid.Contains('\0')
            ? AddPrefix(Path.GetFullPath(valid))
            : throw new FileSystemException(FileSystemReason.NotFound, 0, $"'{PathText.Format(path)}' is not a path.");
        return WindowsDirectoryHandle.Open(text, followLast, path);
    }

    public override byte[] GetBytes(string path) => Wtf8.GetBytes(path);

    public override string? GetUserName(uint id) => null;

    public override string? GetGroupName(uint id) => null;

    public override uint? GetUserId(string name) => null;

    public override uint? GetGroupId(string name) => null;

    private static string AddPrefix(string path) =>
        path.StartsWith(Prefix, StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? $@"{Prefix}UNC\{path[2..]}"
        : Prefix + path;
}
