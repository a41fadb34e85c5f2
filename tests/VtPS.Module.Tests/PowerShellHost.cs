using System.Diagnostics;

namespace VtPS.Module.Tests;

/// <summary>Runs scripts in a PowerShell of their own.</summary>
internal static class PowerShellHost
{
    private static readonly TimeSpan ProbePatience = TimeSpan.FromMinutes(1);

    private static readonly Lazy<bool> Available = new(Probe);

    /// <summary>Whether there is a <c>pwsh</c> of version 7.6 or later that has Pester 5 or later.</summary>
    public static bool IsAvailable => Available.Value;

    /// <summary>Runs <c>pwsh -NoProfile -NonInteractive</c> with these arguments and its input closed.</summary>
    /// <returns>The exit code (null when the time was up and it was killed) and what it wrote.</returns>
    public static (int? ExitCode, string Output) Run(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment, TimeSpan patience)
    {
        ProcessStartInfo start = new("pwsh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Repository.Root,
        };
        foreach (string argument in (IEnumerable<string>)["-NoProfile", "-NonInteractive", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(patience);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
        }

        // A grandchild may hold the pipes open after the process itself is gone.
        Task.WaitAll([output, errors], TimeSpan.FromSeconds(10));
        string written = (output.IsCompletedSuccessfully ? output.Result : string.Empty) + (errors.IsCompletedSuccessfully ? errors.Result : string.Empty);
        return (ended ? process.ExitCode : null, written);
    }

    private static bool Probe()
    {
        const string Script = """
            if ($PSVersionTable.PSVersion -lt [version]'7.6') { exit 3 }
            if (-not (Get-Module Pester -ListAvailable | Where-Object Version -ge ([version]'5.0'))) { exit 4 }
            exit 0
            """;
        try
        {
            return Run(["-Command", Script], new Dictionary<string, string?> { ["POWERSHELL_TELEMETRY_OPTOUT"] = "1" }, ProbePatience).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no pwsh.
            return false;
        }
    }
}
