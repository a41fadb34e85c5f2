using System.Globalization;

namespace VtPS.Benchmarks.Compare;

/// <summary>What a comparison is run on.</summary>
internal sealed record CompareOptions
{
    /// <summary>The older version of the tree.</summary>
    public required string Old { get; init; }

    /// <summary>The newer version.</summary>
    public required string New { get; init; }

    /// <summary>A folder for Stores and restores, on the file system of the trees: each is moved below it while it is backed up.</summary>
    public string Work { get; init; } = Path.Combine(Path.GetTempPath(), "vtps-compare");

    public int Rounds { get; init; } = 3;

    /// <summary>Where the figures are written as JSON; null: nowhere.</summary>
    public string? Json { get; init; }

    /// <summary>The executable vt.</summary>
    public string Vt { get; init; } = "vt";

    /// <summary>The tools to run, in their order.</summary>
    public string[] Tools { get; init; } = ["vt", "vt-plain", "restic", "borg"];

    public static CompareOptions Parse(string[] args)
    {
        Dictionary<string, string> values = [];
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            values[args[i]] = args[i + 1];
        }

        string Required(string name) => values.TryGetValue(name, out string? value) ? Path.GetFullPath(value) : throw new ArgumentException($"{name} is needed.");
        CompareOptions defaults = new() { Old = string.Empty, New = string.Empty };
        return new CompareOptions
        {
            Old = Required("--old"),
            New = Required("--new"),
            Work = Path.GetFullPath(values.GetValueOrDefault("--work", defaults.Work)),
            Rounds = int.Parse(values.GetValueOrDefault("--rounds", "3"), CultureInfo.InvariantCulture),
            Json = values.TryGetValue("--json", out string? json) ? Path.GetFullPath(json) : null,
            Vt = values.GetValueOrDefault("--vt", defaults.Vt),
            Tools = values.TryGetValue("--tools", out string? tools) ? tools.Split(',') : defaults.Tools,
        };
    }
}
