using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Stores;

/// <summary>The options <c>--store</c>, <c>--password-file</c> and <c>--key-file</c>, and what they mean.</summary>
internal sealed class StoreOption
{
    private readonly Option<string?> _option = CommonOptions.Store();
    private readonly Option<string?> _passwordFile = CommonOptions.NotEmpty(CommonOptions.Text(
        "--password-file", "FILE", "A file with the Store's password. Default: that of the registered Store, else $VT_PASSWORD_FILE."));

    private readonly Option<string?> _keyFile = CommonOptions.NotEmpty(CommonOptions.Text(
        "--key-file", "FILE", "The Store's key file. Default: that of the registered Store, else $VT_KEY_FILE."));

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_option);
        command.Add(_passwordFile);
        command.Add(_keyFile);
    }

    /// <summary>The Store that is meant.</summary>
    /// <exception cref="VtException">StoreNotSpecified; InvalidArgument for a path that cannot be had.</exception>
    public StoreAddress Read(ParseResult result)
    {
        string? word = result.GetValue(_option);
        if (word is null)
        {
            word = Environment.GetEnvironmentVariable("VT_STORE");
            if (string.IsNullOrEmpty(word))
            {
                throw new VtException(VtErrorId.StoreNotSpecified, "No Store was named. Give --store, or set VT_STORE to a path or a registered name.");
            }
        }

        if (!ArgumentText.IsText(word))
        {
            throw new VtException(
                VtErrorId.InvalidArgument,
                $"The Store's path '{ArgumentText.ToInsidePath(word)}' has bytes that are not UTF-8; a Store needs a path that is text. Reach it through a symlink or another mount.");
        }

        return StoreRegistry.ForUser().Resolve(word, Path.IsPathRooted(word) ? Path.GetPathRoot(word)! : LivePath.CurrentDirectoryText()) with { Credentials = Credentials(result) };
    }

    /// <summary>Opens the Store that is meant.</summary>
    public Task<StoreSession> OpenAsync(ParseResult result, Hosting.CliHost host) =>
        StoreSession.OpenAsync(Read(result), host.Indexes, host.Token);

    private StoreCredentials? Credentials(ParseResult result) => StoreCredentials.FromFiles(Full(_keyFile, result), Full(_passwordFile, result));

    private static string? Full(Option<string?> option, ParseResult result) => result.GetValue(option) switch
    {
        null => null,
        { } path when !ArgumentText.IsText(path) => throw new VtException(VtErrorId.InvalidArgument, $"The path '{ArgumentText.ToInsidePath(path)}' of {option.Name} has bytes that are not UTF-8. Reach the file through a symlink."),
        { } path => Path.IsPathRooted(path) ? path : Path.GetFullPath(path, LivePath.CurrentDirectoryText()),
    };
}
