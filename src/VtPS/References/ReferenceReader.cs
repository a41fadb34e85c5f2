using System.Management.Automation;

namespace VtPS.References;

/// <summary>Reads properties of objects that were serialised and came back.</summary>
internal static class ReferenceReader
{
    /// <summary>Whether an object is, or was before it was serialised, of a type.</summary>
    public static bool IsOf(PSObject value, string typeName)
    {
        foreach (string name in value.TypeNames)
        {
            if (name.EndsWith(typeName, StringComparison.Ordinal)
                && (name.Length == typeName.Length || name[name.Length - typeName.Length - 1] == '.'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text of a property; null where it is not there or empty.</summary>
    public static string? Text(PSObject value, string property)
    {
        string? text = value.Properties[property]?.Value?.ToString();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>The text of a property that must be there.</summary>
    public static string RequiredText(PSObject value, string property, string typeName) => Text(value, property)
        ?? throw new PSArgumentException($"The deserialised {typeName} has no property {property}. Fetch the object anew, or give its path or id as text.");
}
