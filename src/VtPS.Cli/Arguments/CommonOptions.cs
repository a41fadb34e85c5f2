using System.CommandLine;
using System.CommandLine.Parsing;

namespace VtPS.Cli.Arguments;

/// <summary>Makes options and arguments; a value that is not what it should be is a parse error.</summary>
internal static class CommonOptions
{
    public static Option<string?> Store() =>
        NotEmpty(new Option<string?>("--store") { HelpName = "S", Description = "The Store: a path, an address such as ssh://host/path, or a registered name. Default: $VT_STORE." });

    public static Option<bool> Json() => new("--json") { Description = "Write JSON instead of text." };

    public static Option<bool> PassThru() => new("--pass-thru") { Description = "Write a row for each item instead of the summary." };

    public static Option<int?> ThrottleLimit() =>
        AtLeast(new Option<int?>("--throttle-limit") { HelpName = "N", Description = "Worker threads. Default: one for each processor." }, 1);

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description };

    public static Option<string[]> Texts(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description + " Can be given several times.", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>An argument of which no word may be empty.</summary>
    public static Argument<T> NotEmpty<T>(Argument<T> argument)
    {
        argument.Validators.Add(static result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0))
            {
                result.AddError($"{result.Argument.Name} is empty.");
            }
        });
        return argument;
    }

    /// <summary>A path or a name, which cannot be empty: an unset shell variable must not come to mean the current folder.</summary>
    public static Option<string?> NotEmpty(Option<string?> option)
    {
        option.Validators.Add(static result =>
        {
            foreach (Token token in result.Tokens)
            {
                if (token.Value.Length == 0)
                {
                    result.AddError($"{result.Option.Name} is empty.");
                }
            }
        });
        return option;
    }

    public static Option<int?> AtLeast(Option<int?> option, int minimum)
    {
        option.CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out int value) && value >= minimum)
            {
                return value;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not a number from {minimum} on, as {option.Name} needs.");
            return null;
        };
        return option;
    }

    public static Option<long?> Size(string name, string description) => new(name)
    {
        HelpName = "SIZE",
        Description = description,
        CustomParser = result =>
        {
            if (SizeText.TryParse(result.Tokens[0].Value, out long bytes))
            {
                return bytes;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not a size. Write 100MB, 256KB or a count of bytes.");
            return null;
        },
    };

    public static Option<DateTime?> Time(string name, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = result =>
        {
            if (TimeText.TryParse(result.Tokens[0].Value, out DateTime time))
            {
                return time;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not a time. Write 2026-01-31, 2026-01-31T18:30 or 2026-01-31T18:30:00Z.");
            return null;
        },
    };

    /// <summary>One of some words, without regard to case.</summary>
    public static Option<T?> OneOf<T>(string name, string description, params (string Word, T Value)[] choices)
        where T : struct
    {
        string words = string.Join("|", Array.ConvertAll(choices, static choice => choice.Word));
        return new Option<T?>(name)
        {
            HelpName = words,
            Description = description,
            CustomParser = result =>
            {
                foreach ((string word, T value) in choices)
                {
                    if (word.Equals(result.Tokens[0].Value, StringComparison.OrdinalIgnoreCase))
                    {
                        return value;
                    }
                }

                result.AddError($"'{result.Tokens[0].Value}' is not one of {words.Replace("|", ", ", StringComparison.Ordinal)}, as {name} needs.");
                return null;
            },
        };
    }
}
