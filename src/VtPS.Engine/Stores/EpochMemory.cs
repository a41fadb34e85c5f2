using System.Globalization;

namespace VtPS.Engine.Stores;

/// <summary>
/// What this client has seen of an encrypted Store: a small file beside the index cache, named by the Store's id. A client that has it refuses the Store
/// when it comes back plain, of an older epoch, or of another key. Losing it loses only that protection.
/// </summary>
/// <param name="Epoch">The newest epoch seen.</param>
/// <param name="Minimum">The oldest epoch that was still believed then.</param>
/// <param name="KeyId">Which key the newest epoch has.</param>
internal sealed record EpochMemory(uint Epoch, uint Minimum, string KeyId)
{
    /// <summary>What was seen; null where the Store was never seen encrypted, or there is no cache folder.</summary>
    public static EpochMemory? Read(string? folder, string storeId)
    {
        if (folder is null)
        {
            return null;
        }

        try
        {
            string[] parts = File.ReadAllText(PathOf(folder, storeId)).Split(' ', '\n');

            // A file that cannot be understood still says that the Store was encrypted.
            return parts.Length >= 3
                && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint epoch)
                && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint minimum)
                    ? new EpochMemory(epoch, minimum, parts[2])
                    : new EpochMemory(0, 0, string.Empty);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps what was seen, as far as the cache folder can be written; readable by its owner alone.</summary>
    public void Save(string? folder, string storeId)
    {
        if (folder is null || Read(folder, storeId) == this)
        {
            return;
        }

        string path = PathOf(folder, storeId);
        string beside = $"{path}.{Guid.NewGuid():n}";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                if (!Directory.Exists(folder))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
                    Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }

                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (StreamWriter writer = new(new FileStream(beside, options)))
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Epoch} {Minimum} {KeyId}\n"));
            }

            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(beside);
            }
            catch (Exception inner) when (inner is IOException or UnauthorizedAccessException)
            {
            }
        }
    }

    private static string PathOf(string folder, string storeId) => Path.Combine(folder, storeId + ".epoch");
}
