using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace VtPS.Cli.Hosting;

/// <summary>
/// The COMMAND of <c>vt backup --stdin-name NAME -- COMMAND...</c>: its standard output is what is backed up,
/// its standard error and input are those of vt. Disposing it ends a command that still runs.
/// </summary>
internal sealed partial class SourceCommand : IDisposable
{
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _name;

    private SourceCommand(Process process, string name)
    {
        _process = process;
        _name = name;
        Output = new CancellableInput(process.StandardOutput.BaseStream);
    }

    /// <summary>The command's standard output.</summary>
    public Stream Output { get; }

    /// <summary>Why the command failed; null while it has not.</summary>
    public string? Failure { get; private set; }

    /// <summary>Starts the command.</summary>
    /// <param name="words">The command and its arguments.</param>
    /// <exception cref="VtException">PathNotFound where it cannot be started; InvalidArgument for words that are not text.</exception>
    public static SourceCommand Start(IReadOnlyList<string> words)
    {
        ProcessStartInfo start = new(words[0]) { RedirectStandardOutput = true, UseShellExecute = false };
        for (int i = 0; i < words.Count; i++)
        {
            if (!Arguments.ArgumentText.IsText(words[i]))
            {
                throw new VtException(VtErrorId.InvalidArgument, $"The command's word '{Arguments.ArgumentText.ToInsidePath(words[i])}' has bytes that are not UTF-8. Put the command into a script and give that.");
            }

            if (i > 0)
            {
                start.ArgumentList.Add(words[i]);
            }
        }

        try
        {
            return new SourceCommand(Process.Start(start)!, words[0]);
        }
        catch (Win32Exception e)
        {
            throw new VtException(VtErrorId.PathNotFound, $"The command '{words[0]}' cannot be started: {e.Message}. Check its name and the PATH.", words[0], e);
        }
    }

    /// <summary>Waits for the command's end; whether it succeeded.</summary>
    public async Task<bool> SucceededAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (_process.ExitCode == 0)
        {
            return true;
        }

        Failure = string.Create(CultureInfo.InvariantCulture, $"The command '{_name}' ended with exit code {_process.ExitCode}");
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            if (OperatingSystem.IsWindows())
            {
                _process.Kill(entireProcessTree: true);
            }
            else
            {
                const int TerminateSignal = 15;
                _ = SendSignal(_process.Id, TerminateSignal);
                if (!_process.WaitForExit(TimeToEnd))
                {
                    _process.Kill(entireProcessTree: true);
                }
            }
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
