using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtPS.Engine.Stores;

/// <summary>
/// The registered names of Stores: one JSON file, read by cmdlets and <c>vt</c> alike, at <c>VT_CONFIG</c>, else
/// <c>$XDG_CONFIG_HOME/vtps/config.json</c> (or <c>~/.config/vtps/config.json</c>), on Windows <c>%APPDATA%\vtps\config.json</c>.
/// </summary>
/// <remarks>
/// The file holds <c>{"Stores": {"name": {"Path": "…", "KeyFile": "…", "PasswordFile": "…"}}}</c>; properties that this version does not know stay as they are.
/// </remarks>
internal sealed class StoreRegistry
{
    private const string Stores = "Stores";
    private const string KeyFile = "KeyFile";
    private const string PasswordFile = "PasswordFile";
    private const string PathProperty = "Path";

    private readonly RegistryFile _file;

    public StoreRegistry(string path)
    {
        Path = path;
        _file = new RegistryFile(path);
    }

    /// <summary>The file's path; empty where the environment names no place for it.</summary>
    public string Path { get; }

    /// <summary>The registry of this user, as the environment says at the time of the call.</summary>
    public static StoreRegistry ForUser()
    {
        string? path = Environment.GetEnvironmentVariable("VT_CONFIG");
        if (!string.IsNullOrEmpty(path))
        {
            return new StoreRegistry(System.IO.Path.GetFullPath(path));
        }

        path = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData) : UnixConfigFolder();
        return new StoreRegistry(path.Length == 0 ? "" : System.IO.Path.Combine(path, "vtps", "config.json"));
    }

    /// <summary>Every registered Store, sorted by name; empty where there is no file.</summary>
    /// <exception cref="VtException">StoreReadFailed, InvalidArgument for a file that is not what it should be.</exception>
    public IReadOnlyList<RegisteredStore> List()
    {
        List<RegisteredStore> stores = [];
        if (StoresOf(_file.Read()) is { } entries)
        {
            foreach ((string name, JsonNode? value) in entries)
            {
                stores.Add(Entry(name, value));
            }
        }

        stores.Sort(static (a, b) => string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase));
        return stores;
    }

    /// <summary>The Store of a name (names are compared without regard to case), or null.</summary>
    public RegisteredStore? Find(string name)
    {
        if (StoresOf(_file.Read()) is { } entries)
        {
            foreach ((string known, JsonNode? value) in entries)
            {
                if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return Entry(known, value);
                }
            }
        }

        return null;
    }

    /// <summary>Adds one; safe against other processes that do so at the same time.</summary>
    /// <exception cref="VtException">NameExists, InvalidArgument (a name that looks like a path), StoreBusy, StoreReadFailed, StoreWriteFailed.</exception>
    public void Add(RegisteredStore store)
    {
        RequireName(store.Name);
        _file.Change(root =>
        {
            if (Find(store.Name) is { } known)
            {
                throw new VtException(
                    VtErrorId.NameExists,
                    $"The name '{known.Name}' is registered already, for '{known.Path}'. Choose another, or take that one back with Unregister-VtStore.",
                    store.Name);
            }

            if (StoresOf(root) is not { } entries)
            {
                entries = [];
                root[Stores] = entries;
            }

            JsonObject entry = new() { [PathProperty] = store.Path };
            AddText(entry, KeyFile, store.KeyFile);
            AddText(entry, PasswordFile, store.PasswordFile);
            entries[store.Name] = entry;
            return true;
        });
    }

    /// <summary>Removes one; false where there was none.</summary>
    /// <exception cref="VtException">StoreBusy, StoreReadFailed, StoreWriteFailed, InvalidArgument.</exception>
    public bool Remove(string name) =>
        Find(name) is not null && _file.Change(root => Find(name) is { } known && StoresOf(root)!.Remove(known.Name));

    /// <summary>
    /// What a user's word for a Store means: with a separator, a leading <c>.</c> or <c>~</c>, a drive letter or <c>://</c> it is a path or URI; with a leading <c>!</c> a command;
    /// else a registered name; else a folder of that name.
    /// </summary>
    /// <param name="text">The user's word.</param>
    /// <param name="currentDirectory">What relative paths are relative to.</param>
    /// <exception cref="VtException">InvalidArgument for an empty word; StoreReadFailed for names that cannot be read.</exception>
    public StoreAddress Resolve(string text, string currentDirectory)
    {
        if (text.Length == 0)
        {
            throw new VtException(VtErrorId.InvalidArgument, "The Store's name or path is empty. Give a path, a URI or a registered name.", text);
        }

        if (new StoreAddress(text) is { IsRemote: true } remote)
        {
            return remote;
        }

        if (!LooksLikePath(text) && Find(text) is { } registered)
        {
            return new StoreAddress(registered.Path, registered.Name);
        }

        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal) || text.StartsWith("~\\", StringComparison.Ordinal))
        {
            text = System.IO.Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[1..]);
        }

        return new StoreAddress(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(text, currentDirectory)));
    }

    private static bool LooksLikePath(string text) =>
        text.AsSpan().ContainsAny('/', '\\') || text[0] is '.' or '~' || (text.Length >= 2 && char.IsAsciiLetter(text[0]) && text[1] == ':');

    private static void RequireName(string name)
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
                $"'{name}' cannot be the name of a Store: a name has no separator, colon or control character, does not begin with '.', '~' or '!', and has no space at its ends.",
                name);
        }
    }

    private static string UnixConfigFolder()
    {
        string? path = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME");
        if (!string.IsNullOrEmpty(path) && System.IO.Path.IsPathRooted(path))
        {
            return path;
        }

        path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return path.Length == 0 ? "" : System.IO.Path.Combine(path, ".config");
    }

    private JsonObject? StoresOf(JsonObject root) => root[Stores] switch
    {
        null => null,
        JsonObject entries => entries,
        _ => throw _file.NotUnderstood($"its property '{Stores}' is not an object"),
    };

    private RegisteredStore Entry(string name, JsonNode? value) => value is JsonObject entry && Text(entry, PathProperty) is { Length: > 0 } path
        ? new RegisteredStore(name, path, Text(entry, KeyFile), Text(entry, PasswordFile))
        : throw _file.NotUnderstood($"the Store '{name}' has no '{PathProperty}'");

    private static string? Text(JsonObject entry, string property) =>
        entry[property] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static void AddText(JsonObject entry, string property, string? text)
    {
        if (text is not null)
        {
            entry[property] = text;
        }
    }
}
