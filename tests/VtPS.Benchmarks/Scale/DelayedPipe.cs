using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace VtPS.Benchmarks.Scale;

/// <summary>Runs a command between this program's standard input and output, and hands every byte on so many milliseconds after it came, both ways.</summary>
internal static class DelayedPipe
{
    /// <summary>How many pieces are on their way at most: at 64 KiB each, far more than any window.</summary>
    private const int Pieces = 1024;

    /// <param name="milliseconds">The delay one way.</param>
    /// <param name="command">A line for the shell.</param>
    public static async Task<int> RunAsync(string milliseconds, string command)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(double.Parse(milliseconds, CultureInfo.InvariantCulture));
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _ = PumpAsync(Console.OpenStandardInput(), process.StandardInput.BaseStream, delay);
        await PumpAsync(process.StandardOutput.BaseStream, Console.OpenStandardOutput(), delay);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static async Task PumpAsync(Stream from, Stream to, TimeSpan delay)
    {
        Channel<(long Due, byte[] Bytes)> way = Channel.CreateBounded<(long, byte[])>(Pieces);
        Task sending = Task.Run(async () =>
        {
            await foreach ((long due, byte[] bytes) in way.Reader.ReadAllAsync())
            {
                TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left);
                }

                await to.WriteAsync(bytes);
                await to.FlushAsync();
            }

            to.Close();
        });
        byte[] buffer = new byte[64 << 10];
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            await way.Writer.WriteAsync((Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency), buffer[..read]));
        }

        way.Writer.Complete();
        await sending;
    }
}
