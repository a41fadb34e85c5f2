using System.ComponentModel;
using System.Runtime.InteropServices;

namespace VtPS.Cli.Output;

/// <summary>
/// Standard output and standard error, written as they are. On Unix not by .NET's console streams, which send a terminal escape sequences
/// of their own, nor by file streams, which would write at an offset of their own where the two go into one file.
/// </summary>
internal sealed partial class StandardStream
{
    private readonly int _descriptor;
    private readonly Stream? _console;

    private StandardStream(int descriptor, Func<Stream> console)
    {
        _descriptor = descriptor;
        _console = OperatingSystem.IsWindows() ? console() : null;
    }

    /// <summary>Standard output.</summary>
    public static StandardStream OpenOutput() => new(1, Console.OpenStandardOutput);

    /// <summary>Standard error.</summary>
    public static StandardStream OpenError() => new(2, Console.OpenStandardError);

    /// <summary>Writes all of the bytes.</summary>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_console is not null)
        {
            _console.Write(bytes);
            _console.Flush();
            return;
        }

        while (!bytes.IsEmpty)
        {
            nint written = WriteSome(_descriptor, bytes, (nuint)bytes.Length);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }

            const int Interrupted = 4;
            int error = Marshal.GetLastPInvokeError();
            if (error == (OperatingSystem.IsLinux() ? 11 : 35))
            {
                // Someone else made the descriptor non-blocking.
                Thread.Sleep(1);
            }
            else if (error != Interrupted)
            {
                throw new IOException(new Win32Exception(error).Message);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteSome(int descriptor, ReadOnlySpan<byte> bytes, nuint length);
}
