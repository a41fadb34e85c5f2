using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Comparison;

/// <summary>Finds the fields in which two entries of one path differ, apart from the content. For one thread.</summary>
internal sealed class EntryComparer
{
    private readonly LinkPairs _links = new();

    /// <summary>Fields that make an entry another one.</summary>
    public List<string> Changed { get; } = [];

    /// <summary>Fields that only describe it.</summary>
    public List<string> Metadata { get; } = [];

    /// <summary>Compares; the results are in the two lists until the next call.</summary>
    /// <param name="reference">One entry.</param>
    /// <param name="difference">The other one.</param>
    /// <param name="timeIsContent">Whether another time of a file counts as another content, because the content is not looked at.</param>
    public void Compare(TreeEntry reference, TreeEntry difference, bool timeIsContent)
    {
        Changed.Clear();
        Metadata.Clear();
        if (reference.Type != difference.Type)
        {
            Changed.Add("ItemType");
            return;
        }

        bool isFile = reference.Type == VtItemType.File;
        Add(Changed, "Length", isFile && reference.Size != difference.Size);
        Add(Changed, "LinkTarget", reference.Type == VtItemType.SymbolicLink && !reference.LinkTarget.AsSpan().SequenceEqual(difference.LinkTarget));
        Add(
            Changed,
            "Device",
            reference.Type is VtItemType.CharacterDevice or VtItemType.BlockDevice
                && (reference.DeviceMajor != difference.DeviceMajor || reference.DeviceMinor != difference.DeviceMinor));
        Add(isFile && timeIsContent ? Changed : Metadata, "LastWriteTime", reference.Modified != difference.Modified);

        // A symbolic link has no mode of its own.
        Add(Metadata, "UnixMode", reference.Type != VtItemType.SymbolicLink && reference.Mode != difference.Mode);
        Add(Metadata, "UserId", reference.UserId != difference.UserId);
        Add(Metadata, "GroupId", reference.GroupId != difference.GroupId);
        Add(Metadata, "User", Differs(reference.UserName, difference.UserName));
        Add(Metadata, "Group", Differs(reference.GroupName, difference.GroupName));
        Add(Metadata, "ExtendedAttribute", !AreEqual(reference.ExtendedAttributes, difference.ExtendedAttributes));
        Add(Metadata, "WindowsAttribute", reference.WindowsAttributes != difference.WindowsAttributes);
        Add(Metadata, "LinkGroup", !_links.Match(reference.LinkGroup, difference.LinkGroup));
    }

    private static void Add(List<string> fields, string field, bool differs)
    {
        if (differs)
        {
            fields.Add(field);
        }
    }

    // Where one side knew no name there is nothing to compare; the numbers are compared anyway.
    private static bool Differs(string? reference, string? difference) => reference is not null && difference is not null && reference != difference;

    private static bool AreEqual(ExtendedAttribute[] reference, ExtendedAttribute[] difference)
    {
        if (reference.Length != difference.Length)
        {
            return false;
        }

        for (int i = 0; i < reference.Length; i++)
        {
            if (!reference[i].Name.AsSpan().SequenceEqual(difference[i].Name) || !reference[i].Value.AsSpan().SequenceEqual(difference[i].Value))
            {
                return false;
            }
        }

        return true;
    }
}
