using System.Runtime.InteropServices;

namespace VtPS.Cli.Hosting;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP: the first cancels, so that the engine seals what is done; the second ends the process at once.
/// </summary>
internal sealed partial class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    public Interruption()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether a signal came.</summary>
    public bool Requested => Volatile.Read(ref _signals) > 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) == 1)
        {
            // Not here: what hears of it may take its time, and the second signal must not wait for that.
            _ = _source.CancelAsync();
        }
        else if (OperatingSystem.IsWindows())
        {
            Environment.Exit(ExitCode.Interrupted);
        }
        else
        {
            ExitAtOnce(ExitCode.Interrupted);
        }
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitAtOnce(int code);
}
