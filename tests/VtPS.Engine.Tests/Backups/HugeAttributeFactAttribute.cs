using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>A test that needs a file system in memory that takes megabytes of extended attributes for one file, as Linux has from 6.6 on.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HugeAttributeFactAttribute : FactAttribute
{
    public HugeAttributeFactAttribute()
    {
        if (Folder is null || !TakesAttributes())
        {
            Skip = "Needs a tmpfs at /dev/shm that takes large extended attributes.";
        }
    }

    /// <summary>Where such files can be; null where there is no such place.</summary>
    public static string? Folder { get; } = Directory.Exists("/dev/shm") ? "/dev/shm" : null;

    private static bool TakesAttributes()
    {
        try
        {
            using TempFolder temp = new(Folder);
            using DirectoryHandle handle = temp.Open();
            handle.SetExtendedAttribute(null, new ExtendedAttribute(TestContent.Utf8("user.a"), new byte[65_536]));
            handle.SetExtendedAttribute(null, new ExtendedAttribute(TestContent.Utf8("user.b"), new byte[65_536]));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
