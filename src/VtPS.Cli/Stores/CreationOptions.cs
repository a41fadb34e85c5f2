using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Stores;

/// <summary>The options that say what a new Store is to be.</summary>
internal sealed class CreationOptions
{
    private readonly Option<VtHashName?> _hash = CommonOptions.OneOf("--hash", "The hash function. Default: sha256.",
        ("sha256", VtHashName.Sha256), ("sha512", VtHashName.Sha512), ("sha3-256", VtHashName.Sha3_256));

    private readonly Option<long?> _average = CommonOptions.Size("--average-block", "The mean length of chunks, a power of two. Default: 256KB.");
    private readonly Option<long?> _minimum = CommonOptions.Size("--minimum-block", "The shortest chunk. Default: a quarter of the average.");
    private readonly Option<long?> _maximum = CommonOptions.Size("--maximum-block", "The longest chunk. Default: four times the average, at most 8MB.");
    private readonly Option<string?> _compression = CommonOptions.Text("--compression", "zstd|brotli|none", "The codec. Default: zstd where the machine has it, else brotli.");
    private readonly Option<int?> _level = CommonOptions.AtLeast(
        new Option<int?>("--compression-level") { HelpName = "N", Description = "The codec's level. Default: 3 for zstd, 4 for brotli." }, -7);

    private readonly Option<string?> _description = CommonOptions.Text("--description", "TEXT", "A text to tell the Store by.");
    private readonly Option<string?> _name = CommonOptions.NotEmpty(CommonOptions.Text("--name", "NAME", "Register the Store under this name."));

    public CreationOptions()
    {
        _compression.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && token.Value.ToLowerInvariant() is not ("zstd" or "brotli" or "none"))
            {
                result.AddError($"'{token.Value}' is not one of zstd, brotli, none, as --compression needs.");
            }
        });
    }

    private Option[] All => [_hash, _average, _minimum, _maximum, _compression, _level, _description, _name];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>The first of them that was given; null where none was.</summary>
    public string? FirstGiven(ParseResult result)
    {
        foreach (Option option in All)
        {
            if (result.GetResult(option) is { Implicit: false })
            {
                return option.Name;
            }
        }

        return null;
    }

    /// <summary>The name to register the Store under; null for none.</summary>
    public string? Name(ParseResult result) => result.GetValue(_name);

    /// <summary>What the Store is to be.</summary>
    public CreateStoreRequest Read(ParseResult result, StoreAddress address)
    {
        CreateStoreRequest request = new()
        {
            Address = address,
            MinimumBlock = Block(_minimum, result),
            MaximumBlock = Block(_maximum, result),
            Compression = result.GetValue(_compression)?.ToLowerInvariant(),
            CompressionLevel = result.GetValue(_level),
            Description = result.GetValue(_description),

            // What the environment names is meant for every Store that a run works on, a new one too.
            Credentials = address.Credentials ?? StoreCredentials.FromEnvironment(),
        };
        return request with
        {
            HashName = result.GetValue(_hash) ?? request.HashName,
            AverageBlock = Block(_average, result) ?? request.AverageBlock,
        };
    }

    /// <summary>Refuses a Store that is not what the options given ask for: none of them changes a Store once it is made.</summary>
    /// <exception cref="VtException">StoreMismatch.</exception>
    public void RequireMatch(ParseResult result, VtStore store)
    {
        Require(_hash, result.GetValue(_hash) is { } hash ? VtHashNames.Text(hash) : null, store.HashName);
        Require(_average, Block(_average, result), store.AverageBlock);
        Require(_minimum, Block(_minimum, result), store.MinimumBlock);
        Require(_maximum, Block(_maximum, result), store.MaximumBlock);
        Require(_compression, result.GetValue(_compression)?.ToLowerInvariant(), store.Compression);
        Require(_level, result.GetValue(_level), store.CompressionLevel);
        Require(_description, result.GetValue(_description), store.Description);

        void Require(Option option, object? asked, object? has)
        {
            if (asked is not null && !asked.Equals(has))
            {
                throw new VtException(
                    VtErrorId.StoreMismatch,
                    $"The Store '{store.Path}' is there already, and its value for {option.Name} is '{has}', not '{asked}'. Leave the option out, or make a new Store elsewhere.",
                    store.Path);
            }
        }
    }

    private static int? Block(Option<long?> option, ParseResult result) => result.GetValue(option) switch
    {
        null => null,
        > int.MaxValue => throw new VtException(VtErrorId.InvalidArgument, $"{option.Name} is larger than any block may be. The longest is 8MB."),
        { } bytes => (int)bytes,
    };
}
