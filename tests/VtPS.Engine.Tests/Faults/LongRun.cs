using System.Globalization;

namespace VtPS.Engine.Tests.Faults;

/// <summary>How long the searches of these tests go on: seconds in the suite, much longer where VT_TEST_LONG is 1. VT_TEST_SEED chooses another seed.</summary>
internal static class LongRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("VT_TEST_LONG") == "1";

    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("VT_TEST_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 1;

    /// <summary>So many seconds in the short form, so many in the long one.</summary>
    public static TimeSpan Time(double shortSeconds, double longSeconds) => TimeSpan.FromSeconds(IsOn ? longSeconds : shortSeconds);

    public static int Count(int shortCount, int longCount) => IsOn ? longCount : shortCount;
}
