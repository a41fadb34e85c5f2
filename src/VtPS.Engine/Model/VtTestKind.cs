namespace VtPS;

/// <summary>What a check found, or a repair did.</summary>
public enum VtTestKind
{
    /// <summary>No damage was found.</summary>
    Passed,

    /// <summary>A small object of the Store (a trash object, a lease, a key) cannot be understood.</summary>
    ObjectDamaged,

    /// <summary>The record of a backup, or an amendment of it, cannot be read.</summary>
    BackupDamaged,

    /// <summary>The beginning or the end of a data file is damaged, or a stretch of it in which no record can be found.</summary>
    DataFileDamaged,

    /// <summary>A record of a data file is damaged, and the blocks in it.</summary>
    RecordDamaged,

    /// <summary>A block that a backup needs is not in the Store.</summary>
    BlockMissing,

    /// <summary>A directory, a list of references or a side-car can be read, but is not what it should be.</summary>
    TreeDamaged,

    /// <summary>Not damage: an object that VtPS did not put there, or that a newer version did.</summary>
    UnknownObject,

    /// <summary>Not damage: what a removal or a writer that was cut short left behind; the next removal or optimize run deletes it.</summary>
    Leftover,

    /// <summary>Not damage: an original that a repair set aside in <c>damaged/</c>. Delete it by hand when it is no longer wanted.</summary>
    SetAside,

    /// <summary>A repair read the index anew from the data files.</summary>
    IndexRebuilt,

    /// <summary>A repair saved what could be read of a damaged object and set the original aside.</summary>
    Salvaged,
}
