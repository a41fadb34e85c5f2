using System.Text;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>The file system of Linux.</summary>
internal sealed class UnixFileSystem : FileSystem
{
    /// <summary>The kernel takes paths up to 4,095 bytes; longer ones are opened in pieces of at most this length.</summary>
    private const int LongestPiece = 4000;

    private readonly UnixAccounts _accounts = new();
    private readonly Lazy<string?> _bootId = new(ReadBootId);

    public override string? BootId => _bootId.Value;

    public override DirectoryHandle OpenDirectory(byte[] path, bool followLast = true, bool searchOnly = false)
    {
        LinuxLayout.Require();
        ReadOnlySpan<byte> rest = path;
        if (rest.IsEmpty || rest.Contains((byte)0))
        {
            throw new FileSystemException(FileSystemReason.NotFound, LinuxLayout.NoEntry, $"'{PathText.Format(path)}' is not a path.");
        }

        if (!followLast)
        {
            // A separator at the end makes the kernel follow the last name.
            rest = rest.TrimEnd((byte)'/');
            rest = rest.IsEmpty ? "/"u8 : rest;
        }

        SafeFileHandle at = UnixDirectoryHandle.CurrentDirectory;
        try
        {
            while (rest.Length > LongestPiece)
            {
                int cut = rest[..LongestPiece].LastIndexOf((byte)'/');
                ReadOnlySpan<byte> next = rest[(cut + 1)..].TrimStart((byte)'/');
                if (cut <= 0 || next.IsEmpty)
                {
                    break;
                }

                // A directory on the way need not be readable, only searchable.
                SafeFileHandle opened = UnixDirectoryHandle.Open(
                    at, rest[..cut], LinuxLayout.OpenPathOnly | LinuxLayout.OpenDirectoryOnly, 0, path);
                at.Dispose();
                at = opened;
                rest = next;
            }

            int flags = LinuxLayout.OpenDirectoryOnly
                | (searchOnly ? LinuxLayout.OpenPathOnly : LinuxLayout.OpenNoAccessTime)
                | (followLast ? 0 : LinuxLayout.OpenNoFollow);
            return new UnixDirectoryHandle(UnixDirectoryHandle.Open(at, rest, flags, 0, path));
        }
        finally
        {
            at.Dispose();
        }
    }

    public override byte[] GetBytes(string path) => Encoding.UTF8.GetBytes(path);

    public override string? GetUserName(uint id) => _accounts.GetUserName(id);

    public override string? GetGroupName(uint id) => _accounts.GetGroupName(id);

    public override uint? GetUserId(string name) => _accounts.GetUserId(name);

    public override uint? GetGroupId(string name) => _accounts.GetGroupId(name);

    private static string? ReadBootId()
    {
        try
        {
            string text = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            return text.Length > 0 ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
