using System.Globalization;

namespace VtPS.Engine.Rules;

/// <summary>
/// The exclude rules as they stand in one directory. A walk begins with <see cref="Create"/> at its root, asks <see cref="IsExcluded"/> of each
/// entry and <see cref="Enter"/>s the directories that are not excluded; those that are it never enters, so nothing in them is included again.
/// Immutable and safe for use by many threads.
/// </summary>
/// <remarks>
/// Precedence as in gitignore(5), highest first: the rules of the command, those of the directory's own ignore file, those of its parents' up to
/// the root. Within one source the last match decides. The rules of the command are anchored to the root.
/// </remarks>
internal sealed class RuleScope
{
    private readonly RuleSourceScope? _command;

    // The nearest directory's first.
    private readonly RuleSourceScope[] _local;

    private RuleScope(RuleSourceScope? command, RuleSourceScope[] local)
    {
        _command = command;
        _local = local;
    }

    /// <summary>Whether nothing can be excluded here or below by the rules known so far.</summary>
    public bool IsEmpty => _command is null && _local.Length == 0;

    /// <summary>The rules at the root of a walk. The root's own path is never matched.</summary>
    /// <param name="commandRules">The rules of the command.</param>
    /// <param name="rootRules">Those of the root's own ignore file; null for none.</param>
    public static RuleScope Create(RuleSet commandRules, RuleSet? rootRules = null)
    {
        RuleSourceScope? root = RuleSourceScope.Begin(rootRules);
        return new RuleScope(RuleSourceScope.Begin(commandRules), root is null ? [] : [root]);
    }

    /// <summary>The rules in a directory of this one.</summary>
    /// <param name="directoryName">The directory's name.</param>
    /// <param name="local">The rules of its own ignore file; null for none.</param>
    public RuleScope Enter(ReadOnlySpan<byte> directoryName, RuleSet? local)
    {
        RuleSourceScope? command = _command?.Enter(directoryName);
        RuleSourceScope? own = RuleSourceScope.Begin(local);
        if (own is null && _local.Length == 0)
        {
            return command == _command ? this : new RuleScope(command, _local);
        }

        List<RuleSourceScope> sources = new(_local.Length + 1);
        if (own is not null)
        {
            sources.Add(own);
        }

        bool same = own is null && command == _command;
        foreach (RuleSourceScope source in _local)
        {
            RuleSourceScope? entered = source.Enter(directoryName);
            same &= entered == source;
            if (entered is not null)
            {
                sources.Add(entered);
            }
        }

        return same ? this : new RuleScope(command, [.. sources]);
    }

    /// <summary>Whether an entry of this directory is excluded. Allocates nothing.</summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="isDirectory">Whether it is a directory; a symlink to one is not.</param>
    public bool IsExcluded(ReadOnlySpan<byte> name, bool isDirectory) => Decide(name, isDirectory) is { IsNegated: false };

    /// <summary>What decides about an entry, as <c>source:line:pattern</c>; null where no rule does, and the entry is included. A pattern with <c>!</c> includes it.</summary>
    /// <param name="name">See <see cref="IsExcluded"/>.</param>
    /// <param name="isDirectory">See <see cref="IsExcluded"/>.</param>
    public string? Explain(ReadOnlySpan<byte> name, bool isDirectory)
    {
        Rule? rule = Decide(name, isDirectory, out RuleSet? source);
        return rule is null ? null : string.Create(CultureInfo.InvariantCulture, $"{source!.Source}:{rule.Line}:{rule.Text}");
    }

    private Rule? Decide(ReadOnlySpan<byte> name, bool isDirectory) => Decide(name, isDirectory, out _);

    private Rule? Decide(ReadOnlySpan<byte> name, bool isDirectory, out RuleSet? set)
    {
        int number = _command?.Find(name, isDirectory) ?? -1;
        if (number >= 0)
        {
            set = _command!.Rules;
            return set.Rules[number];
        }

        foreach (RuleSourceScope source in _local)
        {
            number = source.Find(name, isDirectory);
            if (number >= 0)
            {
                set = source.Rules;
                return set.Rules[number];
            }
        }

        set = null;
        return null;
    }
}
