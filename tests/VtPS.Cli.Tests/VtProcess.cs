using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VtPS.Cli.Tests;

/// <summary>A running vt, or another program, with its output gathered.</summary>
internal sealed partial class VtProcess : IDisposable
{
    public static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<byte[]> _output;
    private readonly Task<string> _error;

    private VtProcess(Process process)
    {
        _process = process;
        _output = ReadAllAsync(process.StandardOutput.BaseStream);
        _error = process.StandardError.ReadToEndAsync();
    }

    public const int Interrupt = 2;
    public const int Terminate = 15;

    /// <summary>The .NET host that runs these tests, which runs vt too.</summary>
    public static string Host { get; } = FindHost();

    /// <summary>vt as it was built beside these tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "vt.dll");

    public static VtProcess Start(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?> environment, byte[]? input = null)
    {
        ProcessStartInfo start = new(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        VtProcess process = new(Process.Start(start)!);
        process.Feed(input ?? []);
        return process;
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    public bool HasExited => _process.HasExited;

    public VtRun Wait()
    {
        if (!_process.WaitForExit(TimeLimit))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            Assert.Fail($"The program did not end within {TimeLimit}.\n{_error.Result}");
        }

        return new VtRun(_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string FindHost()
    {
        string? path = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath;
        return path is not null && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using MemoryStream all = new();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    private void Feed(byte[] input)
    {
        _ = Task.Run(() =>
        {
            try
            {
                _process.StandardInput.BaseStream.Write(input);
                _process.StandardInput.Close();
            }
            catch (IOException)
            {
                // The program ended without reading it all.
            }
        });
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
