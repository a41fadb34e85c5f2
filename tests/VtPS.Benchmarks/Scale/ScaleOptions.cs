namespace VtPS.Benchmarks.Scale;

/// <summary>Where the measurements of large things are made.</summary>
/// <param name="Vt">The executable vt.</param>
/// <param name="Work">A folder with room, emptied before and after.</param>
internal sealed record ScaleOptions(string Vt, string Work)
{
    public static ScaleOptions Parse(string[] args)
    {
        string vt = "vt";
        string work = Path.Combine(Path.GetTempPath(), "vtps-scale");
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                throw new ArgumentException($"{args[i]} needs a value.");
            }

            switch (args[i])
            {
                case "--vt": vt = args[i + 1]; break;
                case "--work": work = Path.GetFullPath(args[i + 1]); break;
                default: throw new ArgumentException($"There is no option '{args[i]}'. Use --vt, --work.");
            }
        }

        return new ScaleOptions(vt, work);
    }

    /// <summary>What vt is told of its cache and its registry: folders of this measurement's own.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["VT_CACHE"] = Path.Combine(Work, "cache"),
        ["VT_CONFIG"] = Path.Combine(Work, "config.json"),
    };

    /// <summary>Runs vt.</summary>
    public Task<TimedCommand> VtAsync(params string[] arguments) => TimedCommand.RunAsync([Vt, .. arguments], Work, Environment);
}
