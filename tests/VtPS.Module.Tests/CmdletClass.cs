using System.Management.Automation;
using System.Reflection;
using VtPS.Commands;

namespace VtPS.Module.Tests;

/// <summary>A cmdlet as its class declares it, read as data: the attributes' own code is PowerShell's and does not run here.</summary>
internal sealed class CmdletClass
{
    private CmdletClass(Type type, CustomAttributeData cmdlet)
    {
        Type = type;
        Verb = (string)cmdlet.ConstructorArguments[0].Value!;
        Noun = (string)cmdlet.ConstructorArguments[1].Value!;
        SupportsShouldProcess = Named(cmdlet, "SupportsShouldProcess") is true;
        ConfirmImpact = Named(cmdlet, "ConfirmImpact") is int impact ? (ConfirmImpact)impact : ConfirmImpact.Medium;
        DefaultParameterSet = (string?)Named(cmdlet, "DefaultParameterSetName");
        OutputTypes = [.. type.GetCustomAttributesData().Where(data => data.AttributeType == typeof(OutputTypeAttribute))
            .SelectMany(data => data.ConstructorArguments).SelectMany(Flatten)];
        Parameters = [.. type.GetProperties().Select(CmdletParameter.From).OfType<CmdletParameter>()];
    }

    public static IReadOnlyList<CmdletClass> All { get; } =
    [
        .. from type in typeof(NewVtStoreCommand).Assembly.GetTypes()
           let cmdlet = type.GetCustomAttributesData().SingleOrDefault(data => data.AttributeType == typeof(CmdletAttribute))
           where cmdlet is not null
           orderby type.Name
           select new CmdletClass(type, cmdlet),
    ];

    public Type Type { get; }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public bool SupportsShouldProcess { get; }

    public ConfirmImpact ConfirmImpact { get; }

    public string? DefaultParameterSet { get; }

    public IReadOnlyList<Type> OutputTypes { get; }

    public IReadOnlyList<CmdletParameter> Parameters { get; }

    /// <summary>The names of the parameter sets; one with no name where the cmdlet has a single set.</summary>
    public IEnumerable<string> ParameterSets
    {
        get
        {
            string[] named = [.. Parameters.SelectMany(parameter => parameter.Sets).Select(set => set.Name).OfType<string>().Distinct()];
            return named.Length == 0 ? [string.Empty] : named;
        }
    }

    public static object? Named(CustomAttributeData data, string name) =>
        data.NamedArguments.Where(argument => argument.MemberName == name).Select(argument => argument.TypedValue.Value).SingleOrDefault();

    public override string ToString() => Name;

    private static IEnumerable<Type> Flatten(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        Type type => [type],
        IReadOnlyCollection<CustomAttributeTypedArgument> several => several.SelectMany(Flatten),
        _ => [],
    };
}
