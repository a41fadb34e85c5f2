namespace VtPS.Engine.IO;

/// <summary>A point in time: seconds since 1970-01-01 00:00 UTC, negative before, and nanoseconds from 0 to 999,999,999.</summary>
internal readonly record struct FileTime(long Seconds, int Nanoseconds) : IComparable<FileTime>
{
    /// <summary>The present by the system's clock, to the precision the platform gives.</summary>
    public static FileTime Now
    {
        get
        {
            long ticks = DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks;
            return new FileTime(Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest), (int)rest * 100);
        }
    }

    /// <summary>Nanoseconds since the epoch; the nearest end of Int64 where it cannot hold them.</summary>
    public long TotalNanoseconds
    {
        get
        {
            Int128 total = ((Int128)Seconds * 1_000_000_000) + Nanoseconds;
            return total > long.MaxValue ? long.MaxValue : total < long.MinValue ? long.MinValue : (long)total;
        }
    }

    /// <summary>The same in local time, to 100 nanoseconds; the nearest end of DateTime where it cannot hold it.</summary>
    public DateTime ToLocalTime()
    {
        const long Last = 253402300799;
        const long First = -62135596800;
        return Seconds > Last ? DateTime.MaxValue : Seconds < First ? DateTime.MinValue
            : DateTime.UnixEpoch.AddTicks((Seconds * TimeSpan.TicksPerSecond) + (Nanoseconds / 100)).ToLocalTime();
    }

    public int CompareTo(FileTime other) => Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);
}
