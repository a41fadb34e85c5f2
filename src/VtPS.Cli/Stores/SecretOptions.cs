using System.CommandLine;
using System.CommandLine.Parsing;
using VtPS.Cli.Arguments;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Stores;

/// <summary>Two options that name a password file and a key file. A password itself is never on a command line.</summary>
internal sealed class SecretOptions
{
    private readonly Option<string?> _passwordFile;
    private readonly Option<string?> _keyFile;

    /// <summary>Makes <c>PREFIXpassword-file</c> and <c>PREFIXkey-file</c>.</summary>
    public SecretOptions(string prefix, string passwordDescription, string keyDescription)
    {
        _passwordFile = CommonOptions.NotEmpty(CommonOptions.Text(prefix + "password-file", "FILE", passwordDescription));
        _keyFile = CommonOptions.NotEmpty(CommonOptions.Text(prefix + "key-file", "FILE", keyDescription));
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_passwordFile);
        command.Add(_keyFile);
    }

    /// <summary>Whether either was given.</summary>
    public bool IsGiven(CommandResult result) => result.GetValue(_passwordFile) is not null || result.GetValue(_keyFile) is not null;

    /// <summary>Makes a command refuse to run without either.</summary>
    public void RequireOneIn(Command command) => command.Validators.Add(result =>
    {
        if (!IsGiven(result))
        {
            result.AddError($"Give {_passwordFile.Name} or {_keyFile.Name}, or both.");
        }
    });

    /// <summary>The files that were named, with absolute paths; null for none. Nothing is read.</summary>
    /// <exception cref="VtException">InvalidArgument for a path that is not text.</exception>
    public StoreCredentials? Read(ParseResult result) => StoreCredentials.FromFiles(Full(_keyFile, result), Full(_passwordFile, result));

    private static string? Full(Option<string?> option, ParseResult result) => result.GetValue(option) switch
    {
        null => null,
        { } path when !ArgumentText.IsText(path) => throw new VtException(VtErrorId.InvalidArgument, $"The path '{ArgumentText.ToInsidePath(path)}' of {option.Name} has bytes that are not UTF-8. Reach the file through a symlink."),
        { } path => Path.IsPathRooted(path) ? path : Path.GetFullPath(path, LivePath.CurrentDirectoryText()),
    };
}
