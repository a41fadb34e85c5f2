using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;

namespace VtPS.Engine.Restores;

/// <summary>What metadata is set on: an open file, an entry of a directory, or (both null) the directory itself.</summary>
internal readonly record struct MetadataTarget(DirectoryHandle Directory, SafeFileHandle? File, byte[]? Name)
{
    public FileStatus GetStatus() => File is not null ? Directory.GetStatus(File) : Name is not null ? Directory.GetStatus(Name) : Directory.GetStatus();

    public ExtendedAttribute[] GetExtendedAttributes() =>
        File is not null ? Directory.GetExtendedAttributes(File) : Name is not null ? Directory.GetExtendedAttributes(Name) : Directory.GetExtendedAttributes();

    public void SetOwner(uint userId, uint groupId)
    {
        if (File is not null)
        {
            Directory.SetOwner(File, userId, groupId);
        }
        else
        {
            Directory.SetOwner(Name, userId, groupId);
        }
    }

    public void SetMode(int mode)
    {
        if (File is not null)
        {
            Directory.SetMode(File, mode);
        }
        else
        {
            Directory.SetMode(Name, mode);
        }
    }

    public void SetModified(FileTime time)
    {
        if (File is not null)
        {
            Directory.SetModified(File, time);
        }
        else
        {
            Directory.SetModified(Name, time);
        }
    }

    public void SetExtendedAttribute(ExtendedAttribute attribute)
    {
        if (File is not null)
        {
            Directory.SetExtendedAttribute(File, attribute);
        }
        else
        {
            Directory.SetExtendedAttribute(Name, attribute);
        }
    }
}
