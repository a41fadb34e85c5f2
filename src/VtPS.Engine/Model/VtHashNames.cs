namespace VtPS;

/// <summary>The text names and sizes of the hash functions.</summary>
internal static class VtHashNames
{
    /// <summary>Every name in its text form, the default first.</summary>
    public static readonly string[] All = ["sha256", "sha512", "sha3-256"];

    public static string Text(VtHashName name) => name switch
    {
        VtHashName.Sha256 => "sha256",
        VtHashName.Sha512 => "sha512",
        VtHashName.Sha3_256 => "sha3-256",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such hash function."),
    };

    public static int Size(VtHashName name) => name == VtHashName.Sha512 ? 64 : 32;

    public static bool TryParse(ReadOnlySpan<char> text, out VtHashName name)
    {
        for (int i = 0; i < All.Length; i++)
        {
            if (text.Equals(All[i], StringComparison.OrdinalIgnoreCase))
            {
                name = (VtHashName)(i + 1);
                return true;
            }
        }

        name = default;
        return false;
    }
}
