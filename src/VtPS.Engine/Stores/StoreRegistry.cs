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
    private const string KeyFile = "KeyFile";
    private const string PasswordFile = "PasswordFile";
    private const string PathProperty = "Path";

    private readonly RegistrySection<RegisteredStore> _stores;

    public StoreRegistry(string path)
    {
        Path = path;
        _stores = new RegistrySection<RegisteredStore>(path, "Stores", "Store", "Unregister-VtStore", PathProperty, Create);
    }

    /// <summary>The file's path; empty where the environment names no place for it.</summary>
    public string Path { get; }

    /// <summary>The registry of this user, as the environment says at the time of the call.</summary>
    public static StoreRegistry ForUser() => new(RegisteredName.FileForUser());

    /// <summary>Every registered Store, sorted by name; empty where there is no file.</summary>
    /// <exception cref="VtException">StoreReadFailed, InvalidArgument for a file that is not what it should be.</exception>
    public IReadOnlyList<RegisteredStore> List() => _stores.List();

    /// <summary>The Store of a name (names are compared without regard to case), or null.</summary>
    public RegisteredStore? Find(string name) => _stores.Find(name);

    /// <summary>Adds one; safe against other processes that do so at the same time.</summary>
    /// <exception cref="VtException">NameExists, InvalidArgument (a name that looks like a path), StoreBusy, StoreReadFailed, StoreWriteFailed.</exception>
    public void Add(RegisteredStore store) =>
        _stores.Add(store.Name, (PathProperty, store.Path), (KeyFile, store.KeyFile), (PasswordFile, store.PasswordFile));

    /// <summary>Removes one; false where there was none.</summary>
    /// <exception cref="VtException">StoreBusy, StoreReadFailed, StoreWriteFailed, InvalidArgument.</exception>
    public bool Remove(string name) => _stores.Remove(name);

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

        return !RegisteredName.LooksLikePath(text) && Find(text) is { } registered
            ? new StoreAddress(registered.Path, registered.Name)
            : new StoreAddress(RegisteredName.ToFullPath(text, currentDirectory));
    }

    private static RegisteredStore Create(string name, JsonObject entry) => new(
        name,
        RegistrySection<RegisteredStore>.Text(entry, PathProperty)!,
        RegistrySection<RegisteredStore>.Text(entry, KeyFile),
        RegistrySection<RegisteredStore>.Text(entry, PasswordFile));
}
