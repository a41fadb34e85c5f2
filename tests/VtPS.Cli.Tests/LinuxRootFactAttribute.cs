namespace VtPS.Cli.Tests;

/// <summary>A test that needs Linux and the user root, to mount or to become another user; elsewhere it is skipped.</summary>
public sealed class LinuxRootFactAttribute : FactAttribute
{
    public LinuxRootFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Skip = "needs Linux and root";
        }
    }
}
