using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace VtPS.Engine.IO;

/// <summary>Turns errno into <see cref="FileSystemException"/>.</summary>
internal static class UnixError
{
    /// <summary>The error number of the last call of this thread.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>Returns, for the call to be made again, if a signal interrupted the last one; else throws.</summary>
    /// <param name="action">What could not be done, to read on after "cannot be": "opened", "made a directory".</param>
    /// <param name="name">The entry, or null for the open directory or file itself.</param>
    /// <exception cref="FileSystemException">The last call failed for any other reason.</exception>
    public static void ThrowUnlessInterrupted(string action, byte[]? name)
    {
        int error = Last;
        if (error != LinuxLayout.Interrupted)
        {
            Throw(error, action, name);
        }
    }

    /// <summary>Throws for an error number.</summary>
    [DoesNotReturn]
    public static void Throw(int error, string action, ReadOnlySpan<byte> name) =>
        throw new FileSystemException(LinuxLayout.GetReason(error), error, $"'{PathText.Format(name)}' cannot be {action}: {GetText(error)}.");

    /// <summary>Throws for an error number.</summary>
    [DoesNotReturn]
    public static void Throw(int error, string action, byte[]? name)
    {
        if (name is not null)
        {
            Throw(error, action, name.AsSpan());
        }

        throw new FileSystemException(LinuxLayout.GetReason(error), error, $"The open file or directory cannot be {action}: {GetText(error)}.");
    }

    /// <summary>Throws unless the bytes can name an entry of a directory: no empty name, no <c>.</c> or <c>..</c>, no separator, no NUL.</summary>
    public static void CheckName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.IndexOfAny((byte)0, (byte)'/') >= 0 || (name[0] == '.' && (name.Length == 1 || (name.Length == 2 && name[1] == '.'))))
        {
            throw new FileSystemException(
                FileSystemReason.Other, LinuxLayout.InvalidArgument, $"'{PathText.Format(name)}' cannot name an entry of a directory.");
        }
    }

    /// <summary>The system's text for an error number, as the part of a sentence.</summary>
    public static string GetText(int error) => error == LinuxLayout.SymbolicLinkLoop
        ? "it is a symbolic link, which is not followed here, or leads through too many of them"
        : Marshal.GetPInvokeErrorMessage(error);
}
