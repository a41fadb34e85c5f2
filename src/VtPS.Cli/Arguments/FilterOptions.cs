using System.CommandLine;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;

namespace VtPS.Cli.Arguments;

/// <summary>The options that say which backups are meant: what <c>vt backups</c> lists, and what <c>latest</c> is chosen from elsewhere.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string[]> _subset = CommonOptions.Texts("--subset", "NAME", "Only backups of this subset; wildcards are allowed.");
    private readonly Option<string[]> _tag = CommonOptions.Texts("--tag", "TAG", "Only backups with this tag; wildcards are allowed.");
    private readonly Option<string[]> _hostName = CommonOptions.Texts("--host-name", "NAME", "Only backups of this host; wildcards are allowed.");
    private readonly Option<string?> _sourcePath = CommonOptions.NotEmpty(
        CommonOptions.Text("--source-path", "PATH", "Only backups one of whose source paths is this, or lies above or below it."));

    private readonly Option<DateTime?> _since = CommonOptions.Time("--since", "Only backups begun at or after this time.");
    private readonly Option<DateTime?> _before = CommonOptions.Time("--before", "Only backups begun before this time.");
    private readonly Option<int?>? _last;

    /// <summary>Makes the options.</summary>
    /// <param name="withLast">With <c>--last</c>, for lists.</param>
    public FilterOptions(bool withLast)
    {
        if (withLast)
        {
            _last = CommonOptions.AtLeast(new Option<int?>("--last") { HelpName = "N", Description = "Only the newest N of what the others leave." }, 1);
        }
    }

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_subset);
        command.Add(_tag);
        command.Add(_hostName);
        command.Add(_sourcePath);
        command.Add(_since);
        command.Add(_before);
        if (_last is not null)
        {
            command.Add(_last);
        }
    }

    /// <summary>The filter that was asked for.</summary>
    public BackupFilter Read(ParseResult result) => new()
    {
        Subset = result.GetValue(_subset) ?? [],
        Tag = result.GetValue(_tag) ?? [],
        HostName = result.GetValue(_hostName) ?? [],
        SourcePath = SourcePath(result.GetValue(_sourcePath)),
        Since = result.GetValue(_since),
        Before = result.GetValue(_before),
        Last = _last is null ? null : result.GetValue(_last),
    };

    /// <summary>The path as backups record it. One with a drive letter may be of another machine and stays as it is.</summary>
    private static string? SourcePath(string? word) => word switch
    {
        null => null,
        [var letter, ':', ..] when char.IsAsciiLetter(letter) => word,
        _ => PathText.Format(LivePath.Absolute(word)),
    };
}
