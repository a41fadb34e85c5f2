using System.Globalization;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// How long the searches of these tests go on: seconds in the suite, much longer where VT_TEST_LONG is 1. VT_TEST_SEED chooses another seed,
/// VT_TEST_SHARE a part of the long form, such as 0.1.
/// </summary>
internal static class LongRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("VT_TEST_LONG") == "1";

    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("VT_TEST_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 1;

    private static double Share { get; } =
        double.TryParse(Environment.GetEnvironmentVariable("VT_TEST_SHARE"), CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 1 ? share : 1;

    /// <summary>So many seconds in the short form, so many in the long one.</summary>
    public static TimeSpan Time(double shortSeconds, double longSeconds) => TimeSpan.FromSeconds(IsOn ? Math.Max(shortSeconds, longSeconds * Share) : shortSeconds);

    public static int Count(int shortCount, int longCount) => IsOn ? Math.Max(shortCount, (int)(longCount * Share)) : shortCount;
}
