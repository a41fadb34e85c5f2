using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VtPS.Engine.IO;

/// <summary>
/// What differs between Unix systems and processors: flag values, error numbers, numbers of system calls, and the layout of what the kernel
/// fills in. All of it is Linux's, on 64-bit processors; another system gets a class like this one.
/// </summary>
internal static class LinuxLayout
{
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 0x2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenNonBlocking = 0x800;
    public const int OpenNoAccessTime = 0x40000;
    public const int OpenCloseOnExec = 0x80000;
    public const int OpenPathOnly = 0x200000;

    public const int AtCurrentDirectory = -100;
    public const int AtNoFollow = 0x100;
    public const int AtRemoveDirectory = 0x200;
    public const int AtNoAutomount = 0x800;
    public const int AtEmptyPath = 0x1000;

    public const int ControlDuplicate = 1030;
    public const int SeekSet = 0;
    public const int SeekData = 3;
    public const int SeekHole = 4;

    public const int RenameNoReplace = 1;
    public const int RenameExchange = 2;

    /// <summary>In the nanoseconds of a time to set: leave this one as it is.</summary>
    public const long TimeOmit = 0x3ffffffe;

    public const int StatusSize = 256;
    public const uint StatusBasic = 0x7ff;

    public const int PermissionDenied = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NoSuchDeviceOrAddress = 6;
    public const int BadFile = 9;
    public const int FileExists = 17;
    public const int InvalidArgument = 22;
    public const int OutOfRange = 34;
    public const int NotImplemented = 38;
    public const int SymbolicLinkLoop = 40;
    public const int NoData = 61;
    public const int NotSupported = 95;

    private const int TypeMask = 0xf000;

    private static readonly bool IsArmLike = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Ppc64le;

    /// <summary>O_DIRECTORY: the one flag of these, with the next, that is not the same on all processors.</summary>
    public static int OpenDirectoryOnly { get; } = IsArmLike ? 0x4000 : 0x10000;

    public static int OpenNoFollow { get; } = IsArmLike ? 0x8000 : 0x20000;

    /// <summary>The number of getdents64, called by number because C libraries of systems still in use lack the function.</summary>
    public static nint ListCall { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 217,
        Architecture.S390x => 220,
        Architecture.Ppc64le => 202,
        _ => 61,
    };

    /// <summary>The number of mknodat.</summary>
    public static nint MakeNodeCall { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 259,
        Architecture.S390x => 290,
        Architecture.Ppc64le => 288,
        _ => 33,
    };

    /// <summary>The number of renameat2.</summary>
    public static nint RenameCall { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 316,
        Architecture.S390x => 347,
        Architecture.Ppc64le => 357,
        _ => 276,
    };

    /// <summary>Throws on systems that this class does not describe.</summary>
    /// <exception cref="PlatformNotSupportedException">It is not 64-bit Linux.</exception>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux() || nint.Size != 8)
        {
            throw new PlatformNotSupportedException(
                $"VtPS reads and writes live file systems on 64-bit Linux and on Windows; this is {RuntimeInformation.OSDescription} ({RuntimeInformation.ProcessArchitecture}).");
        }
    }

    /// <summary>What a caller may act on, for an error number.</summary>
    public static FileSystemReason GetReason(int error) => error switch
    {
        NoEntry => FileSystemReason.NotFound,
        PermissionDenied or 13 or 30 => FileSystemReason.Denied,
        FileExists => FileSystemReason.Exists,
        20 => FileSystemReason.NotADirectory,
        21 => FileSystemReason.IsADirectory,
        SymbolicLinkLoop => FileSystemReason.SymbolicLink,
        39 => FileSystemReason.NotEmpty,
        28 or 122 => FileSystemReason.Full,
        NotSupported or NotImplemented => FileSystemReason.NotSupported,
        116 => FileSystemReason.Stale,
        _ => FileSystemReason.Other,
    };

    /// <summary>The type bits of st_mode for making a node.</summary>
    public static int GetTypeBits(VtItemType type) => type switch
    {
        VtItemType.Fifo => 0x1000,
        VtItemType.CharacterDevice => 0x2000,
        VtItemType.BlockDevice => 0x6000,
        VtItemType.Socket => 0xc000,
        VtItemType.File => 0x8000,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Only pipes, devices, sockets and files are nodes."),
    };

    /// <summary>A device number as the kernel takes it: twelve bits of major, twenty of minor.</summary>
    public static nint MakeDevice(uint major, uint minor) => (nint)((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12));

    /// <summary>Whether a device number fits into what the kernel takes.</summary>
    public static bool IsDevice(uint major, uint minor) => major <= 0xfff && minor <= 0xfffff;

    /// <summary>Reads a <c>struct statx</c>.</summary>
    public static unsafe FileStatus ReadStatus(byte* s)
    {
        int mode = *(ushort*)(s + 28);
        return new FileStatus
        {
            Type = (mode & TypeMask) switch
            {
                0x8000 => VtItemType.File,
                0x4000 => VtItemType.Directory,
                0xa000 => VtItemType.SymbolicLink,
                0x1000 => VtItemType.Fifo,
                0x2000 => VtItemType.CharacterDevice,
                0x6000 => VtItemType.BlockDevice,
                0xc000 => VtItemType.Socket,
                _ => VtItemType.Unknown,
            },
            Mode = mode & 0xfff,
            LinkCount = *(uint*)(s + 16),
            UserId = *(uint*)(s + 20),
            GroupId = *(uint*)(s + 24),
            Inode = *(ulong*)(s + 32),
            Size = *(long*)(s + 40),
            Allocated = *(long*)(s + 48) * 512,
            Changed = new FileTime(*(long*)(s + 96), (int)*(uint*)(s + 104)),
            Modified = new FileTime(*(long*)(s + 112), (int)*(uint*)(s + 120)),
            DeviceMajor = *(uint*)(s + 128),
            DeviceMinor = *(uint*)(s + 132),
            Device = ((ulong)*(uint*)(s + 136) << 32) | *(uint*)(s + 140),
        };
    }

    /// <summary>Adds the names of a buffer of <c>struct linux_dirent64</c> to a list, without <c>.</c> and <c>..</c>.</summary>
    public static void ReadNames(ReadOnlySpan<byte> records, List<DirectoryEntryName> names)
    {
        while (!records.IsEmpty)
        {
            int length = Unsafe.ReadUnaligned<ushort>(ref Unsafe.AsRef(in records[16]));
            ReadOnlySpan<byte> name = records[19..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(new DirectoryEntryName(name.ToArray(), ReadType(records[18])));
            }

            records = records[length..];
        }
    }

    private static VtItemType ReadType(byte type) => type switch
    {
        8 => VtItemType.File,
        4 => VtItemType.Directory,
        10 => VtItemType.SymbolicLink,
        1 => VtItemType.Fifo,
        2 => VtItemType.CharacterDevice,
        6 => VtItemType.BlockDevice,
        12 => VtItemType.Socket,
        _ => VtItemType.Unknown,
    };
}
