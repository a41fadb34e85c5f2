using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>
/// Which changes are taken in: of each replica all up to a counter. It decides causality; clocks never do.
/// Immutable and safe for use by many threads.
/// </summary>
internal sealed class VersionVector : IEquatable<VersionVector>
{
    // Sorted by replica; few: only replicas that had a hand in it.
    private readonly Dot[] _dots;

    private VersionVector(Dot[] dots) => _dots = dots;

    /// <summary>No change at all.</summary>
    public static VersionVector Empty { get; } = new([]);

    /// <summary>The last change taken in of each replica.</summary>
    public ReadOnlySpan<Dot> Dots => _dots;

    /// <summary>The counter of the last change taken in of a replica; 0 for none.</summary>
    public long this[ulong replica]
    {
        get
        {
            foreach (Dot dot in _dots)
            {
                if (dot.Replica == replica)
                {
                    return dot.Counter;
                }
            }

            return 0;
        }
    }

    /// <summary>Whether a change is taken in.</summary>
    public bool Covers(Dot dot) => this[dot.Replica] >= dot.Counter;

    /// <summary>Whether everything that the other takes in is taken in here.</summary>
    public bool Covers(VersionVector other)
    {
        foreach (Dot dot in other._dots)
        {
            if (!Covers(dot))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>With one change more.</summary>
    public VersionVector With(Dot dot) => Covers(dot) ? this : Join(new VersionVector([dot]));

    /// <summary>What either takes in.</summary>
    public VersionVector Join(VersionVector other)
    {
        if (Covers(other))
        {
            return this;
        }

        if (other.Covers(this))
        {
            return other;
        }

        List<Dot> dots = new(_dots.Length + other._dots.Length);
        int i = 0;
        int j = 0;
        while (i < _dots.Length || j < other._dots.Length)
        {
            if (j == other._dots.Length || (i < _dots.Length && _dots[i].Replica < other._dots[j].Replica))
            {
                dots.Add(_dots[i++]);
            }
            else if (i == _dots.Length || other._dots[j].Replica < _dots[i].Replica)
            {
                dots.Add(other._dots[j++]);
            }
            else
            {
                dots.Add(_dots[i].Counter >= other._dots[j].Counter ? _dots[i] : other._dots[j]);
                i++;
                j++;
            }
        }

        return new VersionVector([.. dots]);
    }

    public void Write(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)_dots.Length);
        foreach (Dot dot in _dots)
        {
            writer.WriteVarUInt(dot.Replica);
            writer.WriteVarUInt((ulong)dot.Counter);
        }
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static VersionVector Read(ref ByteReader reader)
    {
        int count = reader.ReadInt32();
        if (count == 0)
        {
            return Empty;
        }

        if (count > reader.Rest.Length / 2)
        {
            throw new InvalidDataException("A version vector is longer than what it stands in.");
        }

        Dot[] dots = new Dot[count];
        for (int i = 0; i < count; i++)
        {
            dots[i] = new Dot(reader.ReadVarUInt(), reader.ReadLength());
            if (i > 0 && dots[i - 1].Replica >= dots[i].Replica)
            {
                throw new InvalidDataException("A version vector is out of order.");
            }
        }

        return new VersionVector(dots);
    }

    /// <inheritdoc/>
    public bool Equals(VersionVector? other) => other is not null && _dots.AsSpan().SequenceEqual(other._dots);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VersionVector);

    /// <inheritdoc/>
    public override int GetHashCode() => _dots.Length == 0 ? 0 : HashCode.Combine(_dots.Length, _dots[0]);
}
