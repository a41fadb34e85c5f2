namespace VtPS.Engine.Maintenance;

/// <summary>Chooses records at random: one out of each stretch of as many as the share asks for. Asked for each record in order. For one thread.</summary>
/// <param name="percent">More than 0, at most 100.</param>
/// <param name="total">How many records there are, about: of few records at least one is chosen.</param>
/// <param name="random">Draws.</param>
internal sealed class RecordSample(double percent, long total, Random random)
{
    private readonly double _stretch = Math.Clamp(100 / percent, 1, Math.Max(1, total));
    private long _index;
    private long _chosenStretch = -1;
    private long _chosen;

    /// <summary>Whether the next record is in the sample.</summary>
    public bool Next()
    {
        long stretch = (long)(_index / _stretch);
        if (stretch != _chosenStretch)
        {
            // Every whole number in the stretch is as likely as the others.
            long first = _index;
            long end = Math.Max(first + 1, (long)Math.Ceiling((stretch + 1) * _stretch));
            _chosenStretch = stretch;
            _chosen = first + random.NextInt64(end - first);
        }

        return _index++ == _chosen;
    }
}
