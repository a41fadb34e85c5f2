using System.Reflection;

namespace VtPS.Module.Tests;

/// <summary>What a parameter is in one parameter set, or, without a name, in all.</summary>
internal sealed record CmdletParameterSet(string? Name, int? Position, bool Mandatory, bool FromPipeline, bool FromPipelineByName, string? HelpMessage)
{
    public static CmdletParameterSet From(CustomAttributeData data) => new(
        (string?)CmdletClass.Named(data, "ParameterSetName"),
        (int?)CmdletClass.Named(data, "Position"),
        CmdletClass.Named(data, "Mandatory") is true,
        CmdletClass.Named(data, "ValueFromPipeline") is true,
        CmdletClass.Named(data, "ValueFromPipelineByPropertyName") is true,
        (string?)CmdletClass.Named(data, "HelpMessage"));
}
