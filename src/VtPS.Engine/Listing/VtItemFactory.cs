using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Listing;

/// <summary>Makes the objects that commands show of a tree's entries.</summary>
internal static class VtItemFactory
{
    private const int SetUserId = 0x800;
    private const int SetGroupId = 0x400;
    private const int Sticky = 0x200;

    /// <summary>Makes one.</summary>
    /// <param name="backup">The backup that the entry is in.</param>
    /// <param name="parent">The directory that the entry is in.</param>
    /// <param name="entry">The entry.</param>
    public static VtItem Create(VtBackup backup, TreePath parent, TreeEntry entry)
    {
        string name = PathText.Format(entry.Name);
        return new VtItem
        {
            Store = backup.Store,
            BackupId = backup.Id,
            BackupTime = backup.StartTime,
            Path = parent.Depth == 0 ? name : string.Concat(parent.ToString(), "/", name),
            Name = name,
            ItemType = entry.Type,
            Length = entry.Type == VtItemType.File ? entry.Size : 0,
            LastWriteTime = entry.Modified.ToLocalTime(),
            LastWriteNanosecond = entry.Modified.TotalNanoseconds,
            UnixMode = FormatMode(entry.Type, entry.Mode),
            UserId = entry.UserId,
            GroupId = entry.GroupId,
            User = entry.UserName,
            Group = entry.GroupName,
            LinkTarget = entry.LinkTarget is null ? null : PathText.Format(entry.LinkTarget),
            LinkGroup = entry.LinkGroup is null ? null : Convert.ToHexStringLower(entry.LinkGroup),
            DeviceMajor = entry.DeviceMajor,
            DeviceMinor = entry.DeviceMinor,
            ExtendedAttribute = Names(entry.ExtendedAttributes),
            IsSparse = entry.Sparse,
            ChangedWhileRead = entry.ChangedWhileRead,
            Reference = entry.Content?.ToString(),
            Origin = backup.Origin,
        };
    }

    /// <summary>Type and permissions in the ten characters of <c>ls -l</c>.</summary>
    public static string FormatMode(VtItemType type, int mode)
    {
        Span<char> text = stackalloc char[10];
        text[0] = type switch
        {
            VtItemType.File => '-',
            VtItemType.Directory => 'd',
            VtItemType.SymbolicLink => 'l',
            VtItemType.Fifo => 'p',
            VtItemType.CharacterDevice => 'c',
            VtItemType.BlockDevice => 'b',
            VtItemType.Socket => 's',
            _ => '?',
        };
        for (int i = 0; i < 9; i++)
        {
            text[i + 1] = (mode & (0x100 >> i)) != 0 ? "rwx"[i % 3] : '-';
        }

        Mark(text, 3, (mode & SetUserId) != 0, 's');
        Mark(text, 6, (mode & SetGroupId) != 0, 's');
        Mark(text, 9, (mode & Sticky) != 0, 't');
        return new string(text);
    }

    // A capital letter says that the x beneath it is not set.
    private static void Mark(Span<char> text, int at, bool set, char letter)
    {
        if (set)
        {
            text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }

    private static string[] Names(ExtendedAttribute[] attributes)
    {
        if (attributes.Length == 0)
        {
            return [];
        }

        string[] names = new string[attributes.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = PathText.Format(attributes[i].Name);
        }

        return names;
    }
}
