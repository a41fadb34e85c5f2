namespace VtPS.Engine.Chunking;

/// <summary>
/// How rare a cut is: a chunk may end after a byte if the upper 32 bits of the gear hash there are below a threshold;
/// <paramref name="Early"/> from the minimum length on, <paramref name="Late"/> (twice as likely) from the average on.
/// The two together draw lengths closer to the average than one alone.
/// </summary>
/// <param name="Early">The threshold for lengths below the average.</param>
/// <param name="Late">The threshold from the average on.</param>
/// <remarks>
/// <para>On random data a cut after a byte has the probability p = threshold / 2³². The length is the minimum, plus one for each byte
/// without a cut, up to the maximum; so with a = average - minimum and b = maximum - average its mean is
/// minimum + S(p, a) + (1 - p)^a · S(q, b), where S(p, n) = (1 - p)(1 - (1 - p)^n) / p is the sum of (1 - p)^j for j = 1 … n, and q belongs to
/// <paramref name="Late"/>. <paramref name="Early"/> is the smallest threshold for which this mean is not above the length aimed at.</para>
/// <para>That length is the average, but at least minimum + (maximum - minimum) / 8 and at most minimum + 4 (maximum - minimum) / 5: else
/// an average near one of the limits would make chunks of one fixed length, which find nothing again after an insertion.</para>
/// <para>The thresholds are part of the format. They come from additions, multiplications and divisions of IEEE 754 doubles alone, in a
/// fixed order (powers by squaring, never by the platform's library), so every platform finds the same ones.</para>
/// </remarks>
internal readonly record struct CutThresholds(uint Early, uint Late)
{
    private const uint LateFactor = 2;

    /// <summary>Finds the thresholds for the lengths asked for.</summary>
    public static CutThresholds For(ChunkerParameters parameters)
    {
        long span = (long)parameters.Maximum - parameters.Minimum;
        long aim = Math.Clamp(parameters.Average, parameters.Minimum + (span / 8), parameters.Minimum + (span * 4 / 5));

        // The mean falls as the threshold rises: bisection between one that is too low (or 0) and one that is high enough.
        uint low = 0;
        uint high = uint.MaxValue;
        while (high - low > 1)
        {
            uint middle = low + ((high - low) / 2);
            if (Mean(parameters, middle) <= aim)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return new CutThresholds(high, LateOf(high));
    }

    /// <summary>The mean length of chunks of random data, in bytes, for a threshold; see the remarks.</summary>
    internal static double Mean(ChunkerParameters parameters, uint early)
    {
        double p = early / 4294967296.0;
        double q = LateOf(early) / 4294967296.0;
        int before = parameters.Average - parameters.Minimum;
        int after = parameters.Maximum - parameters.Average;
        return parameters.Minimum + Sum(p, before) + (Power(1.0 - p, before) * Sum(q, after));
    }

    private static uint LateOf(uint early) => early > uint.MaxValue / LateFactor ? uint.MaxValue : early * LateFactor;

    private static double Sum(double p, int n) => (1.0 - p) * (1.0 - Power(1.0 - p, n)) / p;

    private static double Power(double value, int exponent)
    {
        double result = 1.0;
        for (double square = value; exponent > 0; exponent >>= 1, square *= square)
        {
            if ((exponent & 1) != 0)
            {
                result *= square;
            }
        }

        return result;
    }
}
