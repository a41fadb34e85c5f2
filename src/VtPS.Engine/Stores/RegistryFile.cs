using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// The file of registered names as a JSON object: read whole, changed by one process at a time (a lock file beside it), and replaced
/// by renaming, so that a reader sees the old or the new one and never half of one.
/// </summary>
internal sealed class RegistryFile(string path)
{
    private static readonly TimeSpan LockTimeLimit = TimeSpan.FromSeconds(10);

    /// <summary>The file's content; an empty object where there is no file, or no place for one.</summary>
    /// <exception cref="VtException">StoreReadFailed; InvalidArgument for what is not a JSON object.</exception>
    public JsonObject Read()
    {
        if (path.Length == 0)
        {
            return [];
        }

        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.StoreReadFailed, $"The file of registered names '{path}' cannot be read: {e.Message}", path, e);
        }

        try
        {
            JsonDocumentOptions lenient = new() { AllowDuplicateProperties = false, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            return JsonNode.Parse(bytes, documentOptions: lenient) as JsonObject ?? throw NotUnderstood("it is not an object");
        }
        catch (JsonException e)
        {
            throw NotUnderstood(e.Message);
        }
    }

    /// <summary>Reads the file, lets <paramref name="change"/> alter it and, where that says true, writes it back; all of it while no other process does so.</summary>
    /// <returns>What <paramref name="change"/> said.</returns>
    /// <exception cref="VtException">StoreBusy, StoreReadFailed, StoreWriteFailed, InvalidArgument.</exception>
    public bool Change(Func<JsonObject, bool> change)
    {
        if (path.Length == 0)
        {
            throw new VtException(VtErrorId.InvalidArgument, "There is no place for registered names: neither HOME nor XDG_CONFIG_HOME is set. Set VT_CONFIG to the path of a file.");
        }

        try
        {
            // The file itself may be a symlink into a folder of settings: that one is replaced, not the link.
            string target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            DurableFolders.Create(Path.GetDirectoryName(target)!);
            using FileStream ownership = Lock(target + ".lock");
            JsonObject root = Read();
            if (!change(root))
            {
                return false;
            }

            Replace(target, root);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.StoreWriteFailed, $"The file of registered names '{path}' cannot be written: {e.Message}", path, e);
        }
    }

    /// <summary>The error for a file that is not what it should be.</summary>
    public VtException NotUnderstood(string why) =>
        new(VtErrorId.InvalidArgument, $"The file of registered names '{path}' is not understood: {why}. Mend it, or set it aside and register the names again.", path);

    private static void Replace(string target, JsonObject root)
    {
        string beside = target + "." + Guid.NewGuid().ToString("N") + ".tmp";
        try
        {
            using (FileStream stream = new(beside, ForThisUser(FileMode.CreateNew, FileAccess.Write)))
            {
                using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
                {
                    root.WriteTo(writer);
                }

                stream.Write("\n"u8);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, target, overwrite: true);
            DurableFolders.FlushNames(Path.GetDirectoryName(target)!);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Opens for one process at a time; what is made can be read by this user alone, for it says where keys are.</summary>
    private static FileStreamOptions ForThisUser(FileMode mode, FileAccess access)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private FileStream Lock(string lockPath)
    {
        long end = Environment.TickCount64 + (long)LockTimeLimit.TotalMilliseconds;
        while (true)
        {
            try
            {
                return new FileStream(lockPath, ForThisUser(FileMode.OpenOrCreate, FileAccess.ReadWrite));
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (Environment.TickCount64 >= end)
                {
                    throw new VtException(VtErrorId.StoreBusy, $"The file of registered names '{path}' is being changed by another process. Try again.", path, e);
                }

                Thread.Sleep(20);
            }
        }
    }
}
