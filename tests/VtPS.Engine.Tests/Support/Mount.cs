using System.Diagnostics;
using Xunit;

namespace VtPS.Engine.Tests.Support;

/// <summary>Mounts file systems, for tests that run as root on Linux.</summary>
internal static class Mount
{
    public static void Tmpfs(string folder) => Run("mount", "-t", "tmpfs", "-o", "size=8m", "none", folder);

    public static void Remove(string folder) => Run("umount", folder);

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
