namespace VtPS.Cli.Arguments;

/// <summary>The word <c>ID</c> or <c>ID:PATH</c>.</summary>
/// <param name="Id">A backup's id, a prefix of one, or <c>latest</c>.</param>
/// <param name="Path">A path inside that backup in the escaped text form, without closing separators; null where none was given.</param>
internal readonly record struct BackupPath(string Id, string? Path)
{
    /// <summary>Reads the word; an id has no colon, so the first one parts the two.</summary>
    public static BackupPath Parse(string word)
    {
        int colon = word.IndexOf(':');
        string id = colon < 0 ? word : word[..colon];
        string path = colon < 0 ? "" : ArgumentText.ToInsidePath(word[(colon + 1)..]).Trim('/');
        return new BackupPath(id, path.Length == 0 ? null : path);
    }

    /// <summary>The inside paths as requests take them: none means all.</summary>
    public IReadOnlyList<string> Paths => Path is null ? [] : [Path];
}
