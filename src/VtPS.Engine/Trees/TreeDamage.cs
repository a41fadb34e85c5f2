namespace VtPS.Engine.Trees;

/// <summary>Tells damage of one directory or file from an error that ends the work.</summary>
internal static class TreeDamage
{
    /// <summary>Whether an error says that this directory or content cannot be read, and nothing of others.</summary>
    public static bool Is(VtException error) =>
        error.ErrorId is VtErrorId.BlockNotFound or VtErrorId.BlockDamaged or VtErrorId.UnsafePath or VtErrorId.StoreFormatUnsupported;

    /// <summary>The same error, with the place in the backup's tree that it concerns.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="what">"directory" or "file".</param>
    /// <param name="path">Its path in the backup, in the escaped text form; empty for the top.</param>
    /// <param name="error">What went wrong.</param>
    public static VtException At(VtBackup backup, string what, string path, VtException error) => new(
        error.ErrorId,
        $"The {what} '{(path.Length == 0 ? "/" : path)}' of backup {backup.Id} cannot be read: {error.Message}",
        path,
        error);
}
