using System.Globalization;

namespace VtPS.Benchmarks;

/// <summary>What repeated runs took.</summary>
internal static class Seconds
{
    /// <summary>Writes a line: the median, the least and the most.</summary>
    public static void Show(string what, List<double> seconds) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"  {what}: {Median(seconds):0.00} s ({seconds.Min():0.00}-{seconds.Max():0.00})"));

    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
