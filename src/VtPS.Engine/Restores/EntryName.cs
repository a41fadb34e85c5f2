namespace VtPS.Engine.Restores;

/// <summary>Looks at names before anything is made under them.</summary>
internal static class EntryName
{
    /// <summary>Whether a name stays in its directory: not empty, <c>.</c> or <c>..</c>, and without <c>/</c> and 0.</summary>
    public static bool IsSafe(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8) && name.IndexOfAny((byte)0, (byte)'/') < 0
        && (!OperatingSystem.IsWindows() || name.IndexOfAny((byte)'\\', (byte)':') < 0);
}
