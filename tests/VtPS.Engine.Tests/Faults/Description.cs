using System.Collections;
using System.Globalization;
using System.Reflection;

namespace VtPS.Engine.Tests.Faults;

/// <summary>What an object says, as text: every property and field that can be seen, so that two of them can be compared whole.</summary>
internal static class Description
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        byte[] bytes => Convert.ToHexString(bytes),
        DateTime time => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        VtHash or VtBlockReference or IFormattable => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        bool flag => flag ? "true" : "false",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Of))}]",
        _ => $"{{{string.Join(", ", Members(value))}}}",
    };

    private static IEnumerable<string> Members(object value)
    {
        // What a backup was read through is not what it says.
        foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (property.GetIndexParameters().Length == 0 && property.Name is not ("Origin" or "EqualityContract"))
            {
                yield return $"{property.Name}: {Of(property.GetValue(value))}";
            }
        }

        foreach (FieldInfo field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public))
        {
            yield return $"{field.Name}: {Of(field.GetValue(value))}";
        }
    }
}
