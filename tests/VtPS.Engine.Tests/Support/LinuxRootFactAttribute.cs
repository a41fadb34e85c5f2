using System.Diagnostics;
using Xunit;

namespace VtPS.Engine.Tests.Support;

/// <summary>A test that mounts a file system: root on Linux, where the machine lets root do so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxRootFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(TryMount);

    public LinuxRootFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !CanMount.Value)
        {
            Skip = "Needs to mount a file system, as root on Linux.";
        }
    }

    private static bool TryMount()
    {
        using TempFolder temp = new();
        using Process mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "none", temp.Path]) { RedirectStandardError = true })!;
        mount.WaitForExit();
        if (mount.ExitCode != 0)
        {
            return false;
        }

        Mount.Remove(temp.Path);
        return true;
    }
}
