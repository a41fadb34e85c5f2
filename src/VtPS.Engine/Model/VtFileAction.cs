namespace VtPS;

/// <summary>What a run did with one item.</summary>
public enum VtFileAction
{
    /// <summary>Backup: the item was not in any base.</summary>
    New,

    /// <summary>Backup: the item differs from its base and was read.</summary>
    Changed,

    /// <summary>Backup: the item passed the change test and was not read.</summary>
    Unchanged,

    /// <summary>Backup: the item changed while it was read; what is stored may mix two states.</summary>
    ChangedWhileRead,

    /// <summary>Backup: the item could not be read; an error was reported.</summary>
    Failed,

    /// <summary>Backup: a socket, counted and left.</summary>
    Ignored,

    /// <summary>Restore: the item was written.</summary>
    Restored,

    /// <summary>Restore: the item was there already and equal.</summary>
    Equal,

    /// <summary>Restore: an item that the backup does not have was removed.</summary>
    Deleted,

    /// <summary>Restore: the item was written with damage, as -OnDamage asked, or left out for it.</summary>
    Damaged,
}
