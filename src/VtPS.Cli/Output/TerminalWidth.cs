using System.Runtime.InteropServices;

namespace VtPS.Cli.Output;

/// <summary>How wide the terminal is that standard error goes to.</summary>
internal static partial class TerminalWidth
{
    private const int Usual = 80;

    /// <summary>The columns now. .NET's own way is kept off Linux, for it writes to the terminal when it is first asked.</summary>
    public static int Get()
    {
        if (OperatingSystem.IsLinux())
        {
            const int StandardError = 2;
            const nuint GetWindowSize = 0x5413;
            WindowSize size = default;
            return WindowSizeOf(StandardError, GetWindowSize, ref size) == 0 && size.Columns > 0 ? size.Columns : Usual;
        }

        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return Usual;
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int WindowSizeOf(int file, nuint request, ref WindowSize size);

    /// <summary>The kernel's <c>struct winsize</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
