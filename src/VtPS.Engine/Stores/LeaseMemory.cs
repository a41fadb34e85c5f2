using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.IO;

namespace VtPS.Engine.Stores;

/// <summary>
/// Remembers leases in a small text file beside the index cache: one line a lease, with its id, beat, boot and the monotonic second in which the beat was
/// first seen. Losing the file only makes the wait begin anew.
/// </summary>
internal sealed class LeaseMemory : ILeaseMemory
{
    private readonly string? _path;
    private readonly string _boot = FileSystem.Current.BootId ?? string.Empty;
    private readonly Func<double> _seconds;
    private readonly Dictionary<string, (long Beat, double FirstSeen)> _seen = [];

    /// <summary>Reads the memory.</summary>
    /// <param name="path">The file; null for a memory of this process alone.</param>
    /// <param name="seconds">The monotonic clock in seconds; null for the system's, which starts with the boot.</param>
    public LeaseMemory(string? path, Func<double>? seconds = null)
    {
        _path = path;
        _seconds = seconds ?? (() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);
        try
        {
            foreach (string line in path is not null && File.Exists(path) ? File.ReadAllLines(path) : [])
            {
                string[] parts = line.Split(' ');
                if (parts.Length == 4 && parts[2] == _boot
                    && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long beat)
                    && double.TryParse(parts[3], CultureInfo.InvariantCulture, out double first)
                    && first <= _seconds())
                {
                    _seen[parts[0]] = (beat, first);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    public TimeSpan SilentFor(string leaseId, long beat)
    {
        double now = _seconds();
        if (_seen.TryGetValue(leaseId, out (long Beat, double FirstSeen) known) && known.Beat == beat)
        {
            return TimeSpan.FromSeconds(now - known.FirstSeen);
        }

        _seen[leaseId] = (beat, now);
        Save();
        return TimeSpan.Zero;
    }

    public void Forget(string leaseId)
    {
        if (_seen.Remove(leaseId))
        {
            Save();
        }
    }

    private void Save()
    {
        if (_path is null)
        {
            return;
        }

        try
        {
            string temporary = _path + "." + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            File.WriteAllLines(temporary, _seen.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value.Beat} {_boot} {s.Value.FirstSeen:R}")));
            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
