using System.Runtime.InteropServices;

namespace VtPS.Engine.Tests.Support;

/// <summary>
/// Runs a step as a user without rights, for tests of denied access that run as root. On Linux the user for file access belongs to the
/// thread, so the step runs in a thread of its own; what it starts on other threads keeps its rights.
/// </summary>
internal static partial class AsNobody
{
    /// <summary>Whether it can be had: as root on Linux, or if this is no root at all.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux();

    /// <summary>Runs a step and throws what it threw.</summary>
    public static void Run(Action step)
    {
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                if (Environment.IsPrivilegedProcess)
                {
                    SetGroup(65534);
                    SetUser(65534);
                }

                step();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetUser(uint id);

    [LibraryImport("libc", EntryPoint = "setfsgid")]
    private static partial int SetGroup(uint id);
}
