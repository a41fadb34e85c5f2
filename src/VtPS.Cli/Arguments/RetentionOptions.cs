using System.CommandLine;
using VtPS.Engine.Backups;

namespace VtPS.Cli.Arguments;

/// <summary>The options that say which backups are kept.</summary>
internal sealed class RetentionOptions
{
    private static readonly (string Word, VtBackupGrouping Value)[] Groupings =
    [
        ("host-name", VtBackupGrouping.HostName), ("subset", VtBackupGrouping.Subset), ("source-path", VtBackupGrouping.SourcePath),
        ("tag", VtBackupGrouping.Tag), ("none", VtBackupGrouping.None),
    ];

    private readonly Option<int?> _last = Count("--keep-last", "Keep the newest N of each group.");
    private readonly Option<int?> _hourly = Count("--keep-hourly", "Keep the newest of each of the last N hours that have a backup.");
    private readonly Option<int?> _daily = Count("--keep-daily", "Keep the newest of each of the last N days that have a backup.");
    private readonly Option<int?> _weekly = Count("--keep-weekly", "Keep the newest of each of the last N weeks that have a backup.");
    private readonly Option<int?> _monthly = Count("--keep-monthly", "Keep the newest of each of the last N months that have a backup.");
    private readonly Option<int?> _yearly = Count("--keep-yearly", "Keep the newest of each of the last N years that have a backup.");
    private readonly Option<string[]> _tag = CommonOptions.Texts("--keep-tag", "TAG", "Keep what has this tag; wildcards are allowed.");
    private readonly Option<VtAge?> _within = Age("--keep-within", "Keep what ended less than this long ago.");
    private readonly Option<VtAge?> _older = Age("--older-than", "Remove only what ended longer ago than this; alone, everything older is removed.");
    private readonly Option<VtBackupGrouping[]> _groupBy = new("--group-by")
    {
        HelpName = "host-name,subset,source-path,tag|none",
        Description = "What tells groups apart, each of which is thinned out on its own. Default: host-name,subset.",
        CustomParser = static result =>
        {
            List<VtBackupGrouping> found = [];
            foreach (string word in result.Tokens[0].Value.Split(','))
            {
                int at = Array.FindIndex(Groupings, g => g.Word.Equals(word, StringComparison.OrdinalIgnoreCase));
                if (at < 0)
                {
                    result.AddError($"'{word}' is not one of host-name, subset, source-path, tag, none, as --group-by needs.");
                    return null;
                }

                found.Add(Groupings[at].Value);
            }

            return [.. found];
        },
    };

    private Option[] All => [_last, _hourly, _daily, _weekly, _monthly, _yearly, _tag, _within, _older, _groupBy];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Whether any was given.</summary>
    public bool AnyGiven(System.CommandLine.Parsing.CommandResult result) => All.Any(option => result.GetResult(option) is { Implicit: false });

    /// <summary>The policy that was asked for.</summary>
    public RetentionPolicy Read(ParseResult result) => new()
    {
        KeepLast = result.GetValue(_last),
        KeepHourly = result.GetValue(_hourly),
        KeepDaily = result.GetValue(_daily),
        KeepWeekly = result.GetValue(_weekly),
        KeepMonthly = result.GetValue(_monthly),
        KeepYearly = result.GetValue(_yearly),
        KeepTags = result.GetValue(_tag) ?? [],
        KeepWithin = result.GetValue(_within),
        OlderThan = result.GetValue(_older),
        GroupBy = result.GetValue(_groupBy) is { Length: > 0 } by ? by : [VtBackupGrouping.HostName, VtBackupGrouping.Subset],
    };

    private static Option<int?> Count(string name, string description) => CommonOptions.AtLeast(new Option<int?>(name) { HelpName = "N", Description = description }, 0);

    internal static Option<VtAge?> Age(string name, string description) => new(name)
    {
        HelpName = "AGE",
        Description = description + " Such as 36h, 30d, 8w, 6m (months) or 1y.",
        CustomParser = static result =>
        {
            try
            {
                return VtAge.Parse(result.Tokens[0].Value);
            }
            catch (FormatException e)
            {
                result.AddError(e.Message);
                return null;
            }
        },
    };
}
