using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>An open directory of Linux: a descriptor, and the calls that take one and a name.</summary>
internal sealed unsafe partial class UnixDirectoryHandle : DirectoryHandle
{
    private const int ListBuffer = 1 << 16;

    private readonly SafeFileHandle _handle;

    // Duplicates share the place that the kernel keeps in a listing, so they share this too.
    private readonly Lock _listing;

    /// <summary>Takes over an open descriptor of a directory.</summary>
    public UnixDirectoryHandle(SafeFileHandle handle)
        : this(handle, new Lock())
    {
    }

    private UnixDirectoryHandle(SafeFileHandle handle, Lock listing)
    {
        _handle = handle;
        _listing = listing;
    }

    /// <summary>Stands for the directory of the process where a call takes a directory. Every caller may dispose what it gets.</summary>
    public static SafeFileHandle CurrentDirectory => new(LinuxLayout.AtCurrentDirectory, ownsHandle: false);

    /// <summary>Opens a path below a directory, with O_CLOEXEC always, and without O_NOATIME where the system allows that to the owner only. A failure names <paramref name="shown"/>.</summary>
    [SkipLocalsInit]
    public static SafeFileHandle Open(SafeFileHandle directory, ReadOnlySpan<byte> path, int flags, uint mode, ReadOnlySpan<byte> shown)
    {
        fixed (byte* p = new NulTerminated(path, stackalloc byte[NulTerminated.NameBuffer]))
        {
            flags |= LinuxLayout.OpenCloseOnExec;
            int descriptor;
            while ((descriptor = UnixNative.OpenAt(directory, p, flags, mode)) < 0)
            {
                int error = UnixError.Last;
                if (error == LinuxLayout.PermissionDenied && (flags & LinuxLayout.OpenNoAccessTime) != 0)
                {
                    flags &= ~LinuxLayout.OpenNoAccessTime;
                }
                else if (error != LinuxLayout.Interrupted)
                {
                    UnixError.Throw(error, (flags & LinuxLayout.OpenCreate) != 0 ? "made" : "opened", shown);
                }
            }

            return new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    public override List<DirectoryEntryName> List()
    {
        List<DirectoryEntryName> names = [];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ListBuffer);
        try
        {
            lock (_listing)
            {
                while (UnixNative.Seek(_handle, 0, LinuxLayout.SeekSet) < 0)
                {
                    UnixError.ThrowUnlessInterrupted("listed", null);
                }

                while (true)
                {
                    nint length;
                    fixed (byte* p = buffer)
                    {
                        length = UnixNative.Call(LinuxLayout.ListCall, _handle, (nint)p, buffer.Length, 0);
                    }

                    if (length == 0)
                    {
                        return names;
                    }

                    if (length < 0)
                    {
                        UnixError.ThrowUnlessInterrupted("listed", null);
                        continue;
                    }

                    LinuxLayout.ReadNames(buffer.AsSpan(0, (int)length), names);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override FileStatus GetStatus() => GetStatus(_handle);

    public override FileStatus GetStatus(byte[] name)
    {
        if (TryGetStatus(name, out FileStatus status) is int error and not 0)
        {
            UnixError.Throw(error, "examined", name.AsSpan());
        }

        return status;
    }

    public override FileStatus? TryGetStatus(byte[] name)
    {
        int error = TryGetStatus(name, out FileStatus status);
        if (error is not (0 or LinuxLayout.NoEntry))
        {
            UnixError.Throw(error, "examined", name.AsSpan());
        }

        return error == 0 ? status : null;
    }

    [SkipLocalsInit]
    public override FileStatus GetStatus(SafeFileHandle file)
    {
        byte* status = stackalloc byte[LinuxLayout.StatusSize];
        byte empty = 0;
        while (UnixNative.StatX(file, &empty, LinuxLayout.AtEmptyPath | LinuxLayout.AtNoAutomount, LinuxLayout.StatusBasic, status) < 0)
        {
            UnixError.ThrowUnlessInterrupted("examined", null);
        }

        return LinuxLayout.ReadStatus(status);
    }

    public override DirectoryHandle OpenDirectory(byte[] name)
    {
        UnixError.CheckName(name);
        return new UnixDirectoryHandle(
            Open(_handle, name, LinuxLayout.OpenDirectoryOnly | LinuxLayout.OpenNoFollow | LinuxLayout.OpenNoAccessTime, 0, name));
    }

    public override DirectoryHandle Duplicate()
    {
        int descriptor;
        while ((descriptor = UnixNative.Control(_handle, LinuxLayout.ControlDuplicate, 0)) < 0)
        {
            UnixError.ThrowUnlessInterrupted("opened again", null);
        }

        return new UnixDirectoryHandle(new SafeFileHandle(descriptor, ownsHandle: true), _listing);
    }

    public override SafeFileHandle OpenFile(byte[] name)
    {
        UnixError.CheckName(name);
        return Open(_handle, name, LinuxLayout.OpenReadOnly | LinuxLayout.OpenNonBlocking | LinuxLayout.OpenNoFollow | LinuxLayout.OpenNoAccessTime, 0, name);
    }

    [SkipLocalsInit]
    public override byte[] ReadLink(byte[] name)
    {
        UnixError.CheckName(name);
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            byte* small = stackalloc byte[512];
            int length = ReadLink(path, name, small, 512);
            if (length < 512)
            {
                return new ReadOnlySpan<byte>(small, length).ToArray();
            }

            // A target that fills the buffer may be cut off.
            for (int size = 8192; ; size *= 2)
            {
                byte[] large = new byte[size];
                fixed (byte* p = large)
                {
                    length = ReadLink(path, name, p, size);
                }

                if (length < size)
                {
                    return large[..length];
                }
            }
        }
    }

    public override ExtendedAttribute[] GetExtendedAttributes(byte[] name)
    {
        UnixError.CheckName(name);
        return UnixExtendedAttributes.GetAll(_handle, name);
    }

    public override ExtendedAttribute[] GetExtendedAttributes() => UnixExtendedAttributes.GetAll(_handle, null);

    public override ExtendedAttribute[] GetExtendedAttributes(SafeFileHandle file) => UnixExtendedAttributes.GetAll(file, null);

    public override (long Start, long End)? FindData(SafeFileHandle file, long offset, long size)
    {
        if (offset >= size)
        {
            return null;
        }

        long start;
        while ((start = UnixNative.Seek(file, offset, LinuxLayout.SeekData)) < 0)
        {
            switch (UnixError.Last)
            {
                case LinuxLayout.NoSuchDeviceOrAddress:
                    return null;
                case LinuxLayout.InvalidArgument or LinuxLayout.NotSupported or LinuxLayout.NotImplemented:
                    return (offset, size);
                default:
                    UnixError.ThrowUnlessInterrupted("searched for holes", null);
                    break;
            }
        }

        if (start >= size)
        {
            return null;
        }

        long end;
        while ((end = UnixNative.Seek(file, start, LinuxLayout.SeekHole)) < 0)
        {
            if (UnixError.Last == LinuxLayout.NoSuchDeviceOrAddress)
            {
                // Cut short since; whoever reads the range finds out.
                return (start, size);
            }

            UnixError.ThrowUnlessInterrupted("searched for holes", null);
        }

        return (start, Math.Min(end, size));
    }

    public override void Flush()
    {
        while (UnixNative.Synchronize(_handle) < 0)
        {
            // Some file systems cannot synchronize a directory and say it so; there is nothing more to be done on them.
            if (UnixError.Last is LinuxLayout.InvalidArgument or LinuxLayout.NotSupported)
            {
                return;
            }

            UnixError.ThrowUnlessInterrupted("made durable", null);
        }
    }

    public override void FlushFileSystem()
    {
        while (UnixNative.SynchronizeFileSystem(_handle) < 0)
        {
            UnixError.ThrowUnlessInterrupted("made durable", null);
        }
    }

    public override void Dispose() => _handle.Dispose();

    /// <summary>0 or the error number.</summary>
    [SkipLocalsInit]
    private int TryGetStatus(byte[] name, out FileStatus status)
    {
        UnixError.CheckName(name);
        byte* buffer = stackalloc byte[LinuxLayout.StatusSize];
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.StatX(_handle, path, LinuxLayout.AtNoFollow | LinuxLayout.AtNoAutomount, LinuxLayout.StatusBasic, buffer) < 0)
            {
                int error = UnixError.Last;
                if (error != LinuxLayout.Interrupted)
                {
                    status = default;
                    return error;
                }
            }
        }

        status = LinuxLayout.ReadStatus(buffer);
        return 0;
    }

    private int ReadLink(byte* path, byte[] name, byte* buffer, int size)
    {
        nint length;
        while ((length = UnixNative.ReadLinkAt(_handle, path, buffer, size)) < 0)
        {
            UnixError.ThrowUnlessInterrupted("read as a symbolic link", name);
        }

        return (int)length;
    }
}
