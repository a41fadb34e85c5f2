using System.CommandLine;
using System.CommandLine.Parsing;
using VtPS.Cli.Arguments;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Stores;

/// <summary>The options <c>--store</c>, <c>--password-file</c> and <c>--key-file</c>, and what they mean; or those of a second Store.</summary>
internal sealed class StoreOption
{
    private readonly Option<string?> _option;
    private readonly SecretOptions _secrets;

    /// <summary>Makes the options of the Store that a run works on.</summary>
    public StoreOption()
        : this(CommonOptions.Store(), "--")
    {
    }

    private StoreOption(Option<string?> option, string prefix)
    {
        _option = option;
        _secrets = new SecretOptions(
            prefix,
            "A file with the Store's password. Default: that of the registered Store, else $VT_PASSWORD_FILE.",
            "The Store's key file. Default: that of the registered Store, else $VT_KEY_FILE.");
    }

    /// <summary>Makes the options of the Store that something is brought to, which must be given: <c>--to</c>, <c>--to-password-file</c>, <c>--to-key-file</c>.</summary>
    public static StoreOption Destination()
    {
        Option<string?> to = new("--to") { HelpName = "S", Description = "The Store to copy to: a path, an address such as ssh://host/path, or a registered name.", Required = true };
        return new StoreOption(CommonOptions.NotEmpty(to), "--to-");
    }

    /// <summary>Makes the options of the Store that is served to others.</summary>
    public static StoreOption Served()
    {
        Option<string?> store = CommonOptions.Store();
        store.Description = "The Store that is served, and no other. Without it and $VT_STORE a client of --stdio names a folder of this machine.";
        return new StoreOption(store, "--");
    }

    /// <summary>Whether the option itself was given.</summary>
    public bool IsGiven(CommandResult result) => result.GetValue(_option) is not null;

    /// <summary>Whether a password file or a key file was given.</summary>
    public bool HasSecrets(CommandResult result) => _secrets.IsGiven(result);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_option);
        _secrets.AddTo(command);
    }

    /// <summary>The Store that is meant.</summary>
    /// <exception cref="VtException">StoreNotSpecified; InvalidArgument for a path that cannot be had.</exception>
    public StoreAddress Read(ParseResult result) => Find(result)
        ?? throw new VtException(VtErrorId.StoreNotSpecified, "No Store was named. Give --store, or set VT_STORE to a path or a registered name.");

    /// <summary>The Store that is meant; null where neither the option nor VT_STORE names one.</summary>
    /// <exception cref="VtException">InvalidArgument for a path that cannot be had.</exception>
    public StoreAddress? Find(ParseResult result)
    {
        string? word = result.GetValue(_option);
        if (word is null)
        {
            word = Environment.GetEnvironmentVariable("VT_STORE");
            if (string.IsNullOrEmpty(word))
            {
                return null;
            }
        }

        return Resolve(word, result);
    }

    /// <summary>The Store that a word means, with the secrets that were given.</summary>
    /// <exception cref="VtException">InvalidArgument for a path that cannot be had.</exception>
    public StoreAddress Resolve(string word, ParseResult result)
    {
        if (!ArgumentText.IsText(word))
        {
            throw new VtException(
                VtErrorId.InvalidArgument,
                $"The Store's path '{ArgumentText.ToInsidePath(word)}' has bytes that are not UTF-8; a Store needs a path that is text. Reach it through a symlink or another mount.");
        }

        return StoreRegistry.ForUser().Resolve(word, Path.IsPathRooted(word) ? Path.GetPathRoot(word)! : LivePath.CurrentDirectoryText()) with { Credentials = _secrets.Read(result) };
    }

    /// <summary>Opens the Store that is meant.</summary>
    public Task<StoreSession> OpenAsync(ParseResult result, Hosting.CliHost host) =>
        StoreSession.OpenAsync(Read(result), host.Indexes, host.Token);
}
