using System.Globalization;

namespace VtPS.Benchmarks.Copy;

/// <summary>What the measurements of copies and syncs are run on.</summary>
/// <param name="Old">The older version of a tree.</param>
/// <param name="New">The newer version.</param>
/// <param name="Host">The far machine as vt names it, without a path: <c>ssh://127.0.0.1:2299</c>. It must see <see cref="Work"/> under the same path.</param>
/// <param name="Ssh">The ssh program, for vt and for rsync.</param>
/// <param name="Vt">The executable vt, at both ends.</param>
/// <param name="Work">A folder for Stores and trees, emptied before and after.</param>
/// <param name="Rounds">How often each is timed.</param>
internal sealed record CopyOptions(string Old, string New, Uri Host, string Ssh, string Vt, string Work, int Rounds)
{
    public static CopyOptions Parse(string[] args)
    {
        Dictionary<string, string> values = [];
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            values[args[i]] = args[i + 1];
        }

        string Required(string name) => values.TryGetValue(name, out string? value) ? value : throw new ArgumentException($"{name} is needed.");
        return new CopyOptions(
            Path.GetFullPath(Required("--old")),
            Path.GetFullPath(Required("--new")),
            new Uri(Required("--host")),
            values.GetValueOrDefault("--ssh", "ssh"),
            values.GetValueOrDefault("--vt", "vt"),
            Path.GetFullPath(values.GetValueOrDefault("--work", Path.Combine(Path.GetTempPath(), "vtps-copy"))),
            int.Parse(values.GetValueOrDefault("--rounds", "3"), CultureInfo.InvariantCulture));
    }
}
