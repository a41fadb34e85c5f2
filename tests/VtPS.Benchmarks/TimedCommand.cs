using System.Diagnostics;
using System.Globalization;

namespace VtPS.Benchmarks;

/// <summary>What one run of a command cost.</summary>
/// <param name="Wall">Seconds from start to end.</param>
/// <param name="Cpu">Seconds of processor time, user and system.</param>
/// <param name="PeakMegabytes">The largest resident memory, in decimal megabytes.</param>
/// <param name="Output">Its standard output.</param>
internal sealed record TimedCommand(double Wall, double Cpu, double PeakMegabytes, string Output)
{
    /// <summary>Runs a command to its end, after everything that is still to be written was.</summary>
    /// <exception cref="InvalidOperationException">It did not end with 0.</exception>
    public static async Task<TimedCommand> RunAsync(string[] command, string folder, IReadOnlyDictionary<string, string> environment)
    {
        using (Process sync = Process.Start("sync"))
        {
            await sync.WaitForExitAsync();
        }

        string times = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new("/usr/bin/time", ["-f", "%e %U %S %M", "-o", times, .. command])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            };
            foreach ((string name, string value) in environment)
            {
                start.Environment[name] = value;
            }

            long before = Stopwatch.GetTimestamp();
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string errors = await process.StandardError.ReadToEndAsync();
            string text = await output;
            await process.WaitForExitAsync();
            double wall = Stopwatch.GetElapsedTime(before).TotalSeconds;
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {process.ExitCode}: {errors}");
            }

            double[] figures = [.. (await File.ReadAllLinesAsync(times))[^1].Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
            return new TimedCommand(wall, figures[1] + figures[2], figures[3] * 1024 / 1e6, text);
        }
        finally
        {
            File.Delete(times);
        }
    }
}
