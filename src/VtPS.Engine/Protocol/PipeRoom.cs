using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;

namespace VtPS.Engine.Protocol;

/// <summary>Room in the pipes between this program and its neighbour on the way to a peer.</summary>
internal static class PipeRoom
{
    // F_SETPIPE_SZ, and what Linux lets every user ask for.
    private const int SetSize = 1031;
    private const int Size = 1 << 20;

    /// <summary>
    /// Gives a pipe room for several frames where the system can, so that writer and reader need not take turns for each 64 KiB. What is no pipe, or gets no more room, stays as it is.
    /// </summary>
    /// <param name="descriptor">The file descriptor, which stays the caller's.</param>
    public static void Widen(nint descriptor)
    {
        if (OperatingSystem.IsLinux())
        {
            using SafeFileHandle handle = new(descriptor, ownsHandle: false);
            UnixNative.Control(handle, SetSize, Size);
        }
    }
}
