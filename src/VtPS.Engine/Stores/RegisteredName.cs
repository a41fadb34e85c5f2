namespace VtPS.Engine.Stores;

/// <summary>What a user's word means where a registered name or a path may stand, and what can be a name.</summary>
internal static class RegisteredName
{
    /// <summary>The file of registered names of this user, as the environment says at the time of the call; empty where it names no place for it.</summary>
    public static string FileForUser()
    {
        string? path = Environment.GetEnvironmentVariable("VT_CONFIG");
        if (!string.IsNullOrEmpty(path))
        {
            return Path.GetFullPath(path);
        }

        path = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData) : UnixConfigFolder();
        return path.Length == 0 ? "" : Path.Combine(path, "vtps", "config.json");
    }

    /// <summary>Whether a word is a path, and never a name: it has a separator, a leading <c>.</c> or <c>~</c>, or a drive letter.</summary>
    public static bool LooksLikePath(string text) =>
        text.AsSpan().ContainsAny('/', '\\') || text[0] is '.' or '~' || (text.Length >= 2 && char.IsAsciiLetter(text[0]) && text[1] == ':');

    /// <summary>The full path of a word that is a path, without a separator at its end.</summary>
    /// <param name="text">The user's word.</param>
    /// <param name="currentDirectory">What relative paths are relative to.</param>
    public static string ToFullPath(string text, string currentDirectory)
    {
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal) || text.StartsWith("~\\", StringComparison.Ordinal))
        {
            text = Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[1..]);
        }

        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(text, currentDirectory));
    }

    /// <summary>Refuses what cannot be a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="what">What it is to name, for the message.</param>
    /// <exception cref="VtException">InvalidArgument.</exception>
    public static void Require(string name, string what)
    {
        bool valid = name.Length is > 0 and <= 255 && name[0] != '!' && !LooksLikePath(name) && name.Trim() == name && !name.Contains(':');
        for (int i = 0; valid && i < name.Length; i++)
        {
            valid = !char.IsControl(name[i]);
        }

        if (!valid)
        {
            throw new VtException(
                VtErrorId.InvalidArgument,
                $"'{name}' cannot be the name of a {what}: a name has no separator, colon or control character, does not begin with '.', '~' or '!', and has no space at its ends.",
                name);
        }
    }

    private static string UnixConfigFolder()
    {
        string? path = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
        if (!string.IsNullOrEmpty(path) && Path.IsPathRooted(path))
        {
            return path;
        }

        path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return path.Length == 0 ? "" : Path.Combine(path, ".config");
    }
}
