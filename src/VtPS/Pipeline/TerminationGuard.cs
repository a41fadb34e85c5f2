using System.Runtime.InteropServices;

namespace VtPS.Pipeline;

/// <summary>
/// Holds back SIGTERM and SIGHUP while a command has something to seal: the command is cancelled instead, and once it has let go of the guard
/// the signal takes its course. Without it a service manager's stop would end PowerShell in the middle of a run. Does nothing on Windows.
/// </summary>
internal sealed partial class TerminationGuard : IDisposable
{
    private const int HangUp = 1;
    private const int Terminate = 15;

    private readonly Action _cancel;
    private readonly PosixSignalRegistration[] _registrations = [];
    private int _held;

    /// <summary>Begins to hold signals back.</summary>
    /// <param name="cancel">Called once a signal comes, on another thread.</param>
    public TerminationGuard(Action cancel)
    {
        _cancel = cancel;
        if (!OperatingSystem.IsWindows())
        {
            _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hold), PosixSignalRegistration.Create(PosixSignal.SIGHUP, Hold)];
        }
    }

    /// <summary>Stops holding signals back; one that came meanwhile is raised again.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        if (Interlocked.Exchange(ref _held, 0) is not 0 and int signal)
        {
            _ = Kill(Environment.ProcessId, signal);
        }
    }

    private void Hold(PosixSignalContext context)
    {
        context.Cancel = true;
        Interlocked.Exchange(ref _held, context.Signal == PosixSignal.SIGHUP ? HangUp : Terminate);
        try
        {
            _cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command has ended at this very moment.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
