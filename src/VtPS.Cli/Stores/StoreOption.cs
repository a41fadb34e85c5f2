using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Stores;

/// <summary>The option <c>--store</c> and what it means.</summary>
internal sealed class StoreOption
{
    private readonly Option<string?> _option = CommonOptions.Store();

    /// <summary>Adds the option to a command.</summary>
    public void AddTo(Command command) => command.Add(_option);

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

        return StoreRegistry.ForUser().Resolve(word, Path.IsPathRooted(word) ? Path.GetPathRoot(word)! : LivePath.CurrentDirectoryText());
    }

    /// <summary>Opens the Store that is meant.</summary>
    public Task<StoreSession> OpenAsync(ParseResult result, Hosting.CliHost host) =>
        StoreSession.OpenAsync(Read(result), host.Indexes, host.Token);
}
