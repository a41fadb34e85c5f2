namespace VtPS;

/// <summary>What an entry of a tree is. The numbers stand in Stores and never change.</summary>
public enum VtItemType
{
    /// <summary>A regular file.</summary>
    File = 1,

    /// <summary>A directory.</summary>
    Directory = 2,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 3,

    /// <summary>A named pipe.</summary>
    Fifo = 4,

    /// <summary>A character device.</summary>
    CharacterDevice = 5,

    /// <summary>A block device.</summary>
    BlockDevice = 6,

    /// <summary>A socket: counted, never stored.</summary>
    Socket = 7,

    /// <summary>Something this platform does not name: reported, never stored.</summary>
    Unknown = 8,
}
