namespace VtPS.Engine.Compression;

/// <summary>The codecs: their names, levels, and which of them this machine has. Safe for use by many threads.</summary>
internal static class Codecs
{
    private static readonly AsyncLocal<bool> ZstdHidden = new();

    /// <summary>Every codec's text name, the preferred first.</summary>
    public static readonly string[] All = ["zstd", "brotli", "none"];

    /// <summary>Makes tests see a machine without libzstd, in the calling flow of execution and what it starts; never set by the program itself.</summary>
    internal static bool HideZstd
    {
        get => ZstdHidden.Value;
        set => ZstdHidden.Value = value;
    }

    /// <summary>What a new Store uses where nothing else was asked for: zstd, or Brotli on a machine without libzstd.</summary>
    public static Codec Default => IsAvailable(Codec.Zstd) ? Codec.Zstd : Codec.Brotli;

    /// <summary>Whether this machine can compress and decompress with the codec.</summary>
    public static bool IsAvailable(Codec codec) => codec switch
    {
        Codec.None or Codec.Brotli => true,
        Codec.Zstd => !HideZstd && ZstdLibrary.Instance is not null,
        _ => false,
    };

    /// <summary>The codec's text name.</summary>
    public static string Text(Codec codec) => codec switch
    {
        Codec.Zstd => "zstd",
        Codec.Brotli => "brotli",
        Codec.None => "none",
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "No such codec."),
    };

    /// <summary>Reads a text name, in either case.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Codec codec)
    {
        for (Codec candidate = Codec.None; candidate <= Codec.Brotli; candidate++)
        {
            if (text.Equals(Text(candidate), StringComparison.OrdinalIgnoreCase))
            {
                codec = candidate;
                return true;
            }
        }

        codec = default;
        return false;
    }

    /// <summary>Reads a text name, in either case.</summary>
    /// <exception cref="VtException">InvalidArgument: no codec has that name.</exception>
    public static Codec Parse(string text) => TryParse(text, out Codec codec)
        ? codec
        : throw new VtException(VtErrorId.InvalidArgument, $"There is no compression '{text}'. Use one of {string.Join(", ", All)}.", text);

    /// <summary>The level used where none was asked for.</summary>
    public static int DefaultLevel(Codec codec) => codec switch
    {
        Codec.Zstd => 3,
        Codec.Brotli => 4,
        _ => 0,
    };

    /// <summary>The lowest and the highest level, both included.</summary>
    public static (int Lowest, int Highest) Levels(Codec codec) => codec switch
    {
        Codec.Zstd => (1, 19),
        Codec.Brotli => (0, 11),
        _ => (0, 0),
    };

    /// <summary>Checks a level that a user asked for.</summary>
    /// <exception cref="VtException">InvalidArgument: it lies outside <see cref="Levels"/>.</exception>
    public static void CheckLevel(Codec codec, int level)
    {
        (int lowest, int highest) = Levels(codec);
        if (level < lowest || level > highest)
        {
            throw new VtException(
                VtErrorId.InvalidArgument,
                codec == Codec.None
                    ? $"Compression 'none' has no level, but {level} was given. Leave the level out."
                    : $"The level {level} is not one of {Text(codec)}'s, {lowest} to {highest}. Leave it out for {DefaultLevel(codec)}.",
                level);
        }
    }

    /// <summary>The error for a codec that this machine does not have: says what to install.</summary>
    public static VtException Unavailable(Codec codec) => codec == Codec.Zstd
        ? new VtException(
            VtErrorId.CodecUnavailable,
            "The data is compressed with zstd, but no libzstd 1.4 or later was found on this machine. Install it ("
                + (OperatingSystem.IsWindows() ? "put libzstd.dll, 64-bit, from https://github.com/facebook/zstd/releases on the PATH"
                    : OperatingSystem.IsMacOS() ? "brew install zstd"
                    : "package libzstd1 on Debian and Ubuntu, libzstd on Fedora, zstd-libs on Alpine")
                + ") and try again.",
            Text(codec))
        : new VtException(
            VtErrorId.CodecUnavailable,
            $"The data is compressed with codec number {(int)codec}, which this version of VtPS does not know. Use the version that wrote it, or a later one.",
            codec.ToString());

    internal static ZstdLibrary RequireZstd() => HideZstd ? throw Unavailable(Codec.Zstd) : ZstdLibrary.Instance ?? throw Unavailable(Codec.Zstd);
}
