using System.Runtime.InteropServices;

namespace VtPS.Engine.Objects;

/// <summary>What is known of a file or folder of a Store by its path; a symlink is looked at itself and not followed.</summary>
/// <param name="IsFile">A regular file.</param>
/// <param name="IsFolder">A folder.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Identity">The same for as long as it is the same file or folder; zeros where the platform does not tell.</param>
internal readonly partial record struct ObjectFileStatus(bool IsFile, bool IsFolder, long Length, (ulong Device, ulong Inode) Identity)
{
    /// <summary>Looks; null where there is nothing of that name.</summary>
    /// <exception cref="IOException">It could not be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It could not be looked at (not on Linux).</exception>
    public static ObjectFileStatus? TryGet(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            const int workingDirectory = -100;
            const int noFollow = 0x100;
            const uint typeInodeAndSize = 0x1 | 0x100 | 0x200;
            if (StatX(workingDirectory, path, noFollow, typeInodeAndSize, out LinuxStatus status) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error is NativeFolder.NoEntry or NativeFolder.NotADirectory
                    ? null
                    : throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'", error);
            }

            int type = status.Mode & 0xF000;
            return new ObjectFileStatus(type == 0x8000, type == 0x4000, (long)status.Size, (((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode));
        }

        try
        {
            FileAttributes attributes = File.GetAttributes(path);
            if ((attributes & FileAttributes.Directory) != 0)
            {
                return new ObjectFileStatus(false, (attributes & FileAttributes.ReparsePoint) == 0, 0, default);
            }

            return (attributes & (FileAttributes.ReparsePoint | FileAttributes.Device)) != 0
                ? new ObjectFileStatus(false, false, 0, default)
                : new ObjectFileStatus(true, false, new FileInfo(path).Length, default);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out LinuxStatus status);

    /// <summary>The parts needed of struct statx, which is laid out alike on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct LinuxStatus
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
