using Xunit;

namespace VtPS.Engine.Tests.Faults;

/// <summary>A test that mounts a file system; elsewhere it is skipped.</summary>
public sealed class LinuxRootFactAttribute : FactAttribute
{
    public LinuxRootFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Skip = "needs Linux and root, to mount a small file system";
        }
    }
}
