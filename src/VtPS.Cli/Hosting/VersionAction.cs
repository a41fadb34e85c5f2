using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace VtPS.Cli.Hosting;

/// <summary><c>vt --version</c>: the program's name and version, whatever else was written.</summary>
internal sealed class VersionAction(CliHost host) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        string version = typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        int build = version.IndexOf('+');
        host.Output.Line("vt " + (build < 0 ? version : version[..build]));
        return ExitCode.Done;
    }
}
