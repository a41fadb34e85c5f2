using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>
/// Extended attributes of an open file, or of an entry of an open directory. The kernel's calls for entries take paths only, so an entry goes
/// by <c>/proc/self/fd/N/name</c>: the directory is the open one wherever it has moved, and the last name is not followed if it is a symlink.
/// </summary>
internal static unsafe class UnixExtendedAttributes
{
    private const int PathBuffer = 320;
    private const int FirstNames = 1024;
    private const int FirstValue = 512;
    private const nint TooSmall = -1;
    private const nint Gone = -2;

    /// <summary>All of them, sorted by name bytes; empty where the file system has none.</summary>
    /// <param name="handle">The open file, or with a name the directory.</param>
    /// <param name="name">The entry, or null for the open file itself.</param>
    [SkipLocalsInit]
    public static ExtendedAttribute[] GetAll(SafeFileHandle handle, byte[]? name)
    {
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            NulTerminated pathText = name is null ? new NulTerminated([], stackalloc byte[1]) : GetPath(handle, name, stackalloc byte[PathBuffer]);
            fixed (byte* path = pathText)
            {
                byte* small = stackalloc byte[FirstNames];
                nint length = List(handle, name, path, small, FirstNames);
                if (length == 0)
                {
                    return [];
                }

                if (length > 0)
                {
                    return GetValues(handle, name, path, new ReadOnlySpan<byte>(small, (int)length));
                }

                // Names longer than the buffer; they may also grow between two calls.
                for (int size = 1 << 16; ; size *= 4)
                {
                    byte[] large = ArrayPool<byte>.Shared.Rent(size);
                    try
                    {
                        fixed (byte* names = large)
                        {
                            length = List(handle, name, path, names, large.Length);
                        }

                        if (length >= 0)
                        {
                            return GetValues(handle, name, path, large.AsSpan(0, (int)length));
                        }
                    }
                    finally
                    {
                        ArrayPool<byte>.Shared.Return(large);
                    }
                }
            }
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>Sets one.</summary>
    [SkipLocalsInit]
    public static void Set(SafeFileHandle handle, byte[]? name, ExtendedAttribute attribute)
    {
        CheckAttributeName(attribute.Name, name);
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            NulTerminated pathText = name is null ? new NulTerminated([], stackalloc byte[1]) : GetPath(handle, name, stackalloc byte[PathBuffer]);
            fixed (byte* path = pathText, key = new NulTerminated(attribute.Name, stackalloc byte[NulTerminated.NameBuffer]), value = attribute.Value)
            {
                while ((name is null
                    ? UnixNative.SetAttribute(handle, key, value, attribute.Value.Length, 0)
                    : UnixNative.SetAttributeByPath(path, key, value, attribute.Value.Length, 0)) < 0)
                {
                    ThrowUnlessInterrupted($"given the extended attribute {PathText.Format(attribute.Name)}", name);
                }
            }
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>Removes one; one that is not there is no error.</summary>
    [SkipLocalsInit]
    public static void Remove(SafeFileHandle handle, byte[]? name, byte[] attribute)
    {
        CheckAttributeName(attribute, name);
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            NulTerminated pathText = name is null ? new NulTerminated([], stackalloc byte[1]) : GetPath(handle, name, stackalloc byte[PathBuffer]);
            fixed (byte* path = pathText, key = new NulTerminated(attribute, stackalloc byte[NulTerminated.NameBuffer]))
            {
                while ((name is null ? UnixNative.RemoveAttribute(handle, key) : UnixNative.RemoveAttributeByPath(path, key)) < 0)
                {
                    if (UnixError.Last == LinuxLayout.NoData)
                    {
                        return;
                    }

                    ThrowUnlessInterrupted($"stripped of the extended attribute {PathText.Format(attribute)}", name);
                }
            }
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>The path under /proc of an entry. The caller keeps the handle alive while the path is in use.</summary>
    [SkipLocalsInit]
    internal static NulTerminated GetPath(SafeFileHandle directory, ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[32];
        "/proc/self/fd/"u8.CopyTo(prefix);
        ((int)directory.DangerousGetHandle()).TryFormat(prefix[14..], out int digits, default, CultureInfo.InvariantCulture);
        int length = 14 + digits;
        if (!name.IsEmpty)
        {
            prefix[length++] = (byte)'/';
        }

        return new NulTerminated(prefix[..length], name, buffer);
    }

    /// <summary>The length of the list of names; 0 where the file system has none; -1 if the buffer is too small.</summary>
    private static nint List(SafeFileHandle handle, byte[]? name, byte* path, byte* names, int size)
    {
        nint length;
        while ((length = name is null ? UnixNative.ListAttributes(handle, names, size) : UnixNative.ListAttributesByPath(path, names, size)) < 0)
        {
            switch (UnixError.Last)
            {
                case LinuxLayout.OutOfRange:
                    return -1;
                case LinuxLayout.NotSupported or LinuxLayout.NotImplemented:
                    return 0;
                default:
                    ThrowUnlessInterrupted("asked for its extended attributes", name);
                    break;
            }
        }

        return length;
    }

    private static ExtendedAttribute[] GetValues(SafeFileHandle handle, byte[]? name, byte* path, ReadOnlySpan<byte> names)
    {
        List<ExtendedAttribute> found = new(names.Count((byte)0));
        while (!names.IsEmpty)
        {
            int end = names.IndexOf((byte)0);
            byte[] attribute = names[..end].ToArray();
            byte[]? value;
            fixed (byte* key = names)
            {
                value = GetValue(handle, name, path, key, attribute);
            }

            if (value is not null)
            {
                found.Add(new ExtendedAttribute(attribute, value));
            }

            names = names[(end + 1)..];
        }

        found.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return [.. found];
    }

    /// <summary>A value, or null if the attribute has gone since it was listed.</summary>
    [SkipLocalsInit]
    private static byte[]? GetValue(SafeFileHandle handle, byte[]? name, byte* path, byte* key, byte[] attribute)
    {
        byte* small = stackalloc byte[FirstValue];
        nint length = Read(small, FirstValue);
        if (length >= 0)
        {
            return new ReadOnlySpan<byte>(small, (int)length).ToArray();
        }

        while (length != Gone)
        {
            length = Read(null, 0);
            if (length < 0)
            {
                break;
            }

            byte[] value = new byte[Math.Max(length, 1)];
            fixed (byte* p = value)
            {
                length = Read(p, value.Length);
            }

            if (length >= 0)
            {
                return length == value.Length ? value : value[..(int)length];
            }
        }

        return null;

        nint Read(byte* value, int size)
        {
            nint read;
            while ((read = name is null
                ? UnixNative.GetAttribute(handle, key, value, size)
                : UnixNative.GetAttributeByPath(path, key, value, size)) < 0)
            {
                switch (UnixError.Last)
                {
                    case LinuxLayout.OutOfRange:
                        return TooSmall;
                    case LinuxLayout.NoData:
                        return Gone;
                    default:
                        ThrowUnlessInterrupted($"asked for the extended attribute {PathText.Format(attribute)}", name);
                        break;
                }
            }

            return read;
        }
    }

    private static void CheckAttributeName(byte[] attribute, byte[]? name)
    {
        if (attribute.Length == 0 || attribute.AsSpan().Contains((byte)0))
        {
            UnixError.Throw(LinuxLayout.InvalidArgument, $"given the extended attribute '{PathText.Format(attribute)}'", name);
        }
    }

    private static void ThrowUnlessInterrupted(string action, byte[]? name)
    {
        int error = UnixError.Last;
        if (error == LinuxLayout.NoEntry && name is not null && !Directory.Exists("/proc/self/fd"))
        {
            throw new FileSystemException(
                FileSystemReason.NotSupported, error, $"'{PathText.Format(name)}' cannot be {action}: /proc is not mounted. Mount it, or run where it is.");
        }

        if (error != LinuxLayout.Interrupted)
        {
            UnixError.Throw(error, action, name);
        }
    }
}
