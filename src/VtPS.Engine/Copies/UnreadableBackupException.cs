using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>Something that a backup needs cannot be read from the source.</summary>
/// <param name="path">The first path that needs it.</param>
/// <param name="others">How many other blocks were found unreadable at the same time.</param>
/// <param name="cause">Why.</param>
internal sealed class UnreadableBackupException(string path, int others, Exception cause) : Exception(cause.Message, cause)
{
    /// <summary>
    /// Whether an error says that blocks are missing, damaged, of an unknown form, or in a spot of the medium that cannot be read while the Store as a whole can.
    /// </summary>
    /// <exception cref="VtException">StoreReadFailed: the Store as a whole cannot be read.</exception>
    public static async ValueTask<bool> IsDamageAsync(StoreSession source, Exception error, CancellationToken cancellationToken) => error switch
    {
        InvalidDataException => true,
        VtException { ErrorId: VtErrorId.BlockNotFound or VtErrorId.BlockDamaged or VtErrorId.UnsafePath or VtErrorId.StoreFormatUnsupported } => true,
        VtException { ErrorId: VtErrorId.StoreReadFailed } => await source.RawStorage.GetLengthAsync(StoreNames.Config, cancellationToken).ConfigureAwait(false) is not null,
        _ => false,
    };

    /// <summary>The error as users see it.</summary>
    public VtException ToError(string backupId, string store)
    {
        string more = others == 0 ? string.Empty : string.Create(null, $" {others} more blocks that it needs cannot be read, too.");
        return new VtException(
            (InnerException as VtException)?.ErrorId ?? VtErrorId.BlockDamaged,
            $"Backup {backupId} was not copied: '{path}' in it cannot be read from '{store}'. {Message}{more}",
            backupId,
            this);
    }

    /// <summary>A path inside a backup, for messages: the backup's own top is a slash.</summary>
    public static string PathOf(CopyNode directory, byte[]? name)
    {
        string path = name is null ? directory.Path : directory.Path + "/" + PathText.Format(name);
        return path.Length == 0 ? "/" : path.TrimStart('/');
    }
}
