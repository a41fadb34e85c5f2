namespace VtPS.Pipeline;

/// <summary>Reads the hash functions' names as <c>-HashName</c> takes them.</summary>
internal static class HashNames
{
    /// <summary>The function of a name that the parameter's ValidateSet has passed.</summary>
    public static VtHashName Parse(string text) => VtHashNames.TryParse(text, out VtHashName name)
        ? name
        : throw new VtException(VtErrorId.InvalidArgument, $"'{text}' is not a hash function. Use one of {string.Join(", ", VtHashNames.All)}.", text);
}
