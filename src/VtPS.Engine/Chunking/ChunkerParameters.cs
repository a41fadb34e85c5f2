using System.Globalization;
using System.Numerics;

namespace VtPS.Engine.Chunking;

/// <summary>The lengths of chunks, in bytes. They stand in the Store and decide, with the gear table, where every cut lies.</summary>
/// <param name="Minimum">No chunk is shorter, save the last of a content.</param>
/// <param name="Average">The length aimed at; a power of two.</param>
/// <param name="Maximum">No chunk is longer.</param>
internal sealed record ChunkerParameters(int Minimum, int Average, int Maximum)
{
    /// <summary>The average of a Store that was made without asking for one.</summary>
    public const int DefaultAverage = 256 * 1024;

    /// <summary>The smallest average, in bytes.</summary>
    public const int LowestAverage = 4 * 1024;

    /// <summary>The smallest minimum, in bytes.</summary>
    public const int LowestMinimum = 1024;

    /// <summary>The largest average and maximum, in bytes: readers refuse blocks beyond it.</summary>
    public const int HighestMaximum = 8 * 1024 * 1024;

    /// <summary>Checks lengths that a user asked for and fills in those not given.</summary>
    /// <param name="average">The average length: a power of two from 4 KiB to 8 MiB.</param>
    /// <param name="minimum">The minimum, from 1 KiB to the average; null is a quarter of the average.</param>
    /// <param name="maximum">The maximum, from the average to 8 MiB; null is four times the average or 8 MiB, whichever is less.</param>
    /// <exception cref="VtException">InvalidArgument: which length is wrong, and what it can be.</exception>
    public static ChunkerParameters Create(int average, int? minimum, int? maximum)
    {
        if (average < LowestAverage || average > HighestMaximum || !BitOperations.IsPow2(average))
        {
            int near = average <= LowestAverage ? LowestAverage
                : average >= HighestMaximum ? HighestMaximum
                : (int)BitOperations.RoundUpToPowerOf2((uint)average);
            throw Invalid($"The average block length {Text(average)} is not a power of two from 4 KiB to 8 MiB. The nearest that will do is {Text(near)}.", average);
        }

        int least = minimum ?? average / 4;
        if (least < LowestMinimum || least > average)
        {
            throw Invalid($"The minimum block length {Text(least)} does not lie between 1 KiB and the average, {Text(average)}. Leave it out for a quarter of the average.", least);
        }

        int most = maximum ?? (int)Math.Min(4L * average, HighestMaximum);
        if (most < average || most > HighestMaximum)
        {
            throw Invalid($"The maximum block length {Text(most)} does not lie between the average, {Text(average)}, and 8 MiB. Leave it out for four times the average.", most);
        }

        return new ChunkerParameters(least, average, most);
    }

    private static VtException Invalid(string message, int target) => new(VtErrorId.InvalidArgument, message, target);

    private static string Text(int length) => length >= 1 << 20 && length % (1 << 20) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{length >> 20} MiB")
        : length >= 1 << 10 && length % (1 << 10) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{length >> 10} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{length} bytes");
}
