using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>An open directory of Linux: a descriptor, and the calls that take one and a name.</summary>
internal sealed unsafe class UnixDirectoryHandle : DirectoryHandle
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

    [SkipLocalsInit]
    public override void CreateDirectory(byte[] name, int mode)
    {
        UnixError.CheckName(name);
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.MakeDirectoryAt(_handle, path, (uint)mode) < 0)
            {
                UnixError.ThrowUnlessInterrupted("made a directory", name);
            }
        }
    }

    public override SafeFileHandle CreateFile(byte[] name, int mode)
    {
        UnixError.CheckName(name);
        return Open(
            _handle, name, LinuxLayout.OpenReadWrite | LinuxLayout.OpenCreate | LinuxLayout.OpenExclusive | LinuxLayout.OpenNoFollow, (uint)mode, name);
    }

    [SkipLocalsInit]
    public override void CreateSymbolicLink(byte[] name, byte[] target)
    {
        UnixError.CheckName(name);
        if (target.AsSpan().Contains((byte)0))
        {
            UnixError.Throw(LinuxLayout.InvalidArgument, "made a symbolic link to a path with a NUL", name.AsSpan());
        }

        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]), to = new NulTerminated(target, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.SymbolicLinkAt(to, _handle, path) < 0)
            {
                UnixError.ThrowUnlessInterrupted("made a symbolic link", name);
            }
        }
    }

    [SkipLocalsInit]
    public override void CreateNode(byte[] name, VtItemType type, int mode, uint deviceMajor, uint deviceMinor)
    {
        UnixError.CheckName(name);
        if (!LinuxLayout.IsDevice(deviceMajor, deviceMinor))
        {
            UnixError.Throw(LinuxLayout.InvalidArgument, $"made a device with the numbers {deviceMajor}, {deviceMinor}", name.AsSpan());
        }

        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            nint bits = LinuxLayout.GetTypeBits(type) | mode;
            while (UnixNative.Call(LinuxLayout.MakeNodeCall, _handle, (nint)path, bits, LinuxLayout.MakeDevice(deviceMajor, deviceMinor)) < 0)
            {
                UnixError.ThrowUnlessInterrupted(type == VtItemType.Fifo ? "made a named pipe" : "made a device", name);
            }
        }
    }

    [SkipLocalsInit]
    public override void CreateHardLink(byte[] name, DirectoryHandle directory, byte[] existing)
    {
        UnixError.CheckName(name);
        UnixError.CheckName(existing);
        SafeFileHandle source = ((UnixDirectoryHandle)directory)._handle;
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]), from = new NulTerminated(existing, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.LinkAt(source, from, _handle, path, 0) < 0)
            {
                UnixError.ThrowUnlessInterrupted($"linked to '{PathText.Format(existing)}'", name);
            }
        }
    }

    [SkipLocalsInit]
    public override void Rename(byte[] from, byte[] to)
    {
        UnixError.CheckName(from);
        UnixError.CheckName(to);
        fixed (byte* source = new NulTerminated(from, stackalloc byte[NulTerminated.NameBuffer]), target = new NulTerminated(to, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.RenameAt(_handle, source, _handle, target) < 0)
            {
                UnixError.ThrowUnlessInterrupted($"renamed to '{PathText.Format(to)}'", from);
            }
        }
    }

    public override void DeleteFile(byte[] name) => Delete(name, 0);

    public override void DeleteDirectory(byte[] name) => Delete(name, LinuxLayout.AtRemoveDirectory);

    public override void SetLength(SafeFileHandle file, long length)
    {
        while (UnixNative.Truncate(file, length) < 0)
        {
            UnixError.ThrowUnlessInterrupted($"made {length} bytes long", null);
        }
    }

    [SkipLocalsInit]
    public override void SetOwner(byte[]? name, uint userId, uint groupId)
    {
        if (name is null)
        {
            SetOwner(_handle, userId, groupId);
            return;
        }

        UnixError.CheckName(name);
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.ChangeOwnerAt(_handle, path, userId, groupId, LinuxLayout.AtNoFollow) < 0)
            {
                UnixError.ThrowUnlessInterrupted("given its owner", name);
            }
        }
    }

    public override void SetOwner(SafeFileHandle file, uint userId, uint groupId)
    {
        while (UnixNative.ChangeOwner(file, userId, groupId) < 0)
        {
            UnixError.ThrowUnlessInterrupted("given its owner", null);
        }
    }

    [SkipLocalsInit]
    public override void SetMode(byte[]? name, int mode)
    {
        if (name is null)
        {
            SetMode(_handle, mode);
            return;
        }

        UnixError.CheckName(name);
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.ChangeModeAt(_handle, path, (uint)mode, LinuxLayout.AtNoFollow) < 0)
            {
                if (UnixError.Last is LinuxLayout.NotSupported or LinuxLayout.InvalidArgument or LinuxLayout.NotImplemented)
                {
                    SetModeWithoutFollowing(name, mode);
                    return;
                }

                UnixError.ThrowUnlessInterrupted("given its mode", name);
            }
        }
    }

    public override void SetMode(SafeFileHandle file, int mode)
    {
        while (UnixNative.ChangeMode(file, (uint)mode) < 0)
        {
            UnixError.ThrowUnlessInterrupted("given its mode", null);
        }
    }

    [SkipLocalsInit]
    public override void SetModified(byte[]? name, FileTime time)
    {
        if (name is null)
        {
            SetModified(_handle, time);
            return;
        }

        UnixError.CheckName(name);
        long* times = stackalloc long[4] { 0, LinuxLayout.TimeOmit, time.Seconds, time.Nanoseconds };
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.SetTimesAt(_handle, path, times, LinuxLayout.AtNoFollow) < 0)
            {
                UnixError.ThrowUnlessInterrupted("given its time", name);
            }
        }
    }

    public override void SetModified(SafeFileHandle file, FileTime time)
    {
        long* times = stackalloc long[4] { 0, LinuxLayout.TimeOmit, time.Seconds, time.Nanoseconds };
        while (UnixNative.SetTimes(file, times) < 0)
        {
            UnixError.ThrowUnlessInterrupted("given its time", null);
        }
    }

    public override void SetExtendedAttribute(byte[]? name, ExtendedAttribute attribute)
    {
        if (name is not null)
        {
            UnixError.CheckName(name);
        }

        UnixExtendedAttributes.Set(_handle, name, attribute);
    }

    public override void SetExtendedAttribute(SafeFileHandle file, ExtendedAttribute attribute) => UnixExtendedAttributes.Set(file, null, attribute);

    public override void RemoveExtendedAttribute(byte[]? name, byte[] attribute)
    {
        if (name is not null)
        {
            UnixError.CheckName(name);
        }

        UnixExtendedAttributes.Remove(_handle, name, attribute);
    }

    public override void SetWindowsAttributes(byte[]? name, uint attributes)
    {
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

    [SkipLocalsInit]
    private void Delete(byte[] name, int flags)
    {
        UnixError.CheckName(name);
        fixed (byte* path = new NulTerminated(name, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.UnlinkAt(_handle, path, flags) < 0)
            {
                UnixError.ThrowUnlessInterrupted("deleted", name);
            }
        }
    }

    /// <summary>For systems whose call to set a mode cannot be told to leave a symlink alone: what is opened is looked at, then set under /proc.</summary>
    [SkipLocalsInit]
    private void SetModeWithoutFollowing(byte[] name, int mode)
    {
        using SafeFileHandle entry = Open(_handle, name, LinuxLayout.OpenPathOnly | LinuxLayout.OpenNoFollow, 0, name);
        if (GetStatus(entry).Type == VtItemType.SymbolicLink)
        {
            UnixError.Throw(LinuxLayout.NotSupported, "given its mode (a symbolic link has none of its own)", name.AsSpan());
        }

        fixed (byte* path = UnixExtendedAttributes.GetPath(entry, [], stackalloc byte[64]))
        {
            while (UnixNative.ChangeModeByPath(path, (uint)mode) < 0)
            {
                UnixError.ThrowUnlessInterrupted("given its mode", name);
            }
        }
    }
}
