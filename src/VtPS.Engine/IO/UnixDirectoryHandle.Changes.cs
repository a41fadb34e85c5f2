using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>The calls that make, change and delete entries.</summary>
internal sealed unsafe partial class UnixDirectoryHandle
{
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

    public override void MoveTo(byte[] name, DirectoryHandle target, byte[] newName)
    {
        int error = Rename(name, target, newName, LinuxLayout.RenameNoReplace);
        if (error is LinuxLayout.InvalidArgument or LinuxLayout.NotImplemented or LinuxLayout.NotSupported)
        {
            // The file system knows no such flag. A moment lies between the look and the move.
            if (target.TryGetStatus(newName) is not null)
            {
                UnixError.Throw(LinuxLayout.FileExists, $"moved to '{PathText.Format(newName)}'", name.AsSpan());
            }

            error = Rename(name, target, newName, 0);
        }

        if (error != 0)
        {
            UnixError.Throw(error, $"moved to '{PathText.Format(newName)}'", name.AsSpan());
        }
    }

    public override bool TryExchange(byte[] name, DirectoryHandle other, byte[] otherName)
    {
        int error = Rename(name, other, otherName, LinuxLayout.RenameExchange);
        if (error is LinuxLayout.InvalidArgument or LinuxLayout.NotImplemented or LinuxLayout.NotSupported)
        {
            return false;
        }

        if (error != 0)
        {
            UnixError.Throw(error, $"exchanged with '{PathText.Format(otherName)}'", name.AsSpan());
        }

        return true;
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

    /// <summary>0 or the error number.</summary>
    [SkipLocalsInit]
    private int Rename(byte[] from, DirectoryHandle directory, byte[] to, int flags)
    {
        UnixError.CheckName(from);
        UnixError.CheckName(to);
        SafeFileHandle target = ((UnixDirectoryHandle)directory)._handle;
        fixed (byte* source = new NulTerminated(from, stackalloc byte[NulTerminated.NameBuffer]), name = new NulTerminated(to, stackalloc byte[NulTerminated.NameBuffer]))
        {
            while (UnixNative.Call(LinuxLayout.RenameCall, _handle, (nint)source, target, (nint)name, flags) < 0)
            {
                int error = UnixError.Last;
                if (error != LinuxLayout.Interrupted)
                {
                    return error;
                }
            }
        }

        return 0;
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
