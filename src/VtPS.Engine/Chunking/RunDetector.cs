namespace VtPS.Engine.Chunking;

/// <summary>Tells content that is one byte repeated.</summary>
internal static class RunDetector
{
    /// <summary>Whether every byte of <paramref name="data"/> is the same.</summary>
    /// <param name="data">The bytes; empty ones are no run.</param>
    /// <param name="value">The byte repeated, when the result is true.</param>
    public static bool IsRun(ReadOnlySpan<byte> data, out byte value)
    {
        if (data.IsEmpty)
        {
            value = 0;
            return false;
        }

        value = data[0];

        // Almost everything that is no run shows it within a few bytes, so the last byte is looked at before the vectors start.
        return data[^1] == value && !data.ContainsAnyExcept(value);
    }
}
