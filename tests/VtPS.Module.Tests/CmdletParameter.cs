using System.Management.Automation;
using System.Reflection;

namespace VtPS.Module.Tests;

/// <summary>A parameter of a cmdlet and what it is in each parameter set.</summary>
internal sealed class CmdletParameter
{
    private CmdletParameter(PropertyInfo property, IReadOnlyList<CmdletParameterSet> sets)
    {
        Name = property.Name;
        Type = property.PropertyType;
        Sets = sets;
    }

    public string Name { get; }

    public Type Type { get; }

    public IReadOnlyList<CmdletParameterSet> Sets { get; }

    /// <summary>The parameter of a property; null for a property that is none.</summary>
    public static CmdletParameter? From(PropertyInfo property)
    {
        CmdletParameterSet[] sets = [.. property.GetCustomAttributesData().Where(data => data.AttributeType == typeof(ParameterAttribute)).Select(CmdletParameterSet.From)];
        return sets.Length == 0 ? null : new CmdletParameter(property, sets);
    }

    /// <summary>What the parameter is in a set; null where it is not in it.</summary>
    public CmdletParameterSet? In(string set) => Sets.FirstOrDefault(candidate => candidate.Name is null || candidate.Name == set);
}
