using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;

namespace VtPS.Engine.Protocol;

/// <summary>A program whose standard input and output are the connection; the end of what it says on standard error tells why it ended.</summary>
internal sealed class CommandTransport : IPeerTransport
{
    private const int KeptErrors = 2000;
    private static readonly TimeSpan ExplainTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ExitTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UngreetedExitTime = TimeSpan.FromMilliseconds(200);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;
    private Task? _ending;
    private volatile bool _isGreeted;

    private CommandTransport(string name, Process process)
    {
        Name = name;
        _process = process;
        Input = process.StandardOutput.BaseStream;
        Output = process.StandardInput.BaseStream;
        Widen(Input);
        Widen(Output);
        _reading = Task.Run(ReadErrorsAsync);
    }

    public string Name { get; }

    public Stream Input { get; }

    public Stream Output { get; }

    /// <summary>Starts a program.</summary>
    /// <exception cref="VtException">PeerUnreachable: it cannot be started.</exception>
    public static CommandTransport Start(string name, string program, IEnumerable<string> arguments)
    {
        // A Ctrl-C in the terminal is for this program, which has work to finish over the connection; it must not end the other as well.
        bool shielded = !OperatingSystem.IsWindows();
        ProcessStartInfo start = new(shielded ? "/bin/sh" : program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string argument in shielded ? ["-c", "trap '' INT QUIT; exec \"$0\" \"$@\"", program, .. arguments] : arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return new CommandTransport(name, Process.Start(start)!);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            throw new VtException(VtErrorId.PeerUnreachable, $"'{program}', which is to reach '{name}', cannot be started: {e.Message.TrimEnd('.')}. Install it, or name another (VT_SSH names the ssh program).", name, e);
        }
    }

    /// <summary>Starts a command line by the system's shell.</summary>
    /// <exception cref="VtException">PeerUnreachable.</exception>
    public static CommandTransport StartShell(string name, string command) => OperatingSystem.IsWindows()
        ? Start(name, Environment.GetEnvironmentVariable("ComSpec") ?? "cmd.exe", ["/d", "/s", "/c", command])
        : Start(name, "/bin/sh", ["-c", command]);

    public async ValueTask<string?> ExplainEndAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(ExplainTime).ConfigureAwait(false);
            await _reading.WaitAsync(ExplainTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            return Errors();
        }

        string? errors = Errors();
        return _process.ExitCode == 0 ? errors : $"the program ended with exit code {_process.ExitCode}{(errors is null ? string.Empty : " and said: " + errors)}";
    }

    public void OnHello() => _isGreeted = true;

    /// <summary>Closes the program's input, gives it time to end, and ends it.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_errors)
        {
            return new ValueTask(_ending ??= EndAsync());
        }
    }

    private static void Widen(Stream stream)
    {
        if (stream is PipeStream pipe)
        {
            PipeRoom.Widen(pipe.SafePipeHandle.DangerousGetHandle());
        }
    }

    private async Task EndAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It reads no more.
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync(_isGreeted ? ExitTime : UngreetedExitTime).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Kill();
        }

        await _reading.WaitAsync(ExplainTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private string? Errors()
    {
        lock (_errors)
        {
            string text = _errors.ToString().Trim();
            return text.Length == 0 ? null : text.ReplaceLineEndings(" / ");
        }
    }

    private async Task ReadErrorsAsync()
    {
        char[] buffer = new char[1024];
        try
        {
            while (await _process.StandardError.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
            {
                lock (_errors)
                {
                    _errors.Append(buffer, 0, read);
                    if (_errors.Length > KeptErrors)
                    {
                        _errors.Remove(0, _errors.Length - KeptErrors);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // What was read so far has to do.
        }
    }
}
