namespace VtPS.Engine.Stores;

/// <summary>
/// The registered names of Stores: one JSON file, read by cmdlets and <c>vt</c> alike, at <c>VT_CONFIG</c>, else
/// <c>$XDG_CONFIG_HOME/vtps/config.json</c> (or <c>~/.config/vtps/config.json</c>), on Windows <c>%APPDATA%\vtps\config.json</c>.
/// </summary>
internal sealed class StoreRegistry
{
    /// <summary>The registry of this user, as the environment says at the time of the call.</summary>
    public static StoreRegistry ForUser() => throw new NotImplementedException();

    public StoreRegistry(string path) => Path = path;

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>Every registered Store, sorted by name; empty where there is no file.</summary>
    public IReadOnlyList<RegisteredStore> List() => throw new NotImplementedException();

    /// <summary>The Store of a name (names are compared without regard to case), or null.</summary>
    public RegisteredStore? Find(string name) => throw new NotImplementedException();

    /// <summary>Adds one; safe against other processes that do so at the same time.</summary>
    /// <exception cref="VtException">NameExists, InvalidArgument (a name that looks like a path).</exception>
    public void Add(RegisteredStore store) => throw new NotImplementedException();

    /// <summary>Removes one; false where there was none.</summary>
    public bool Remove(string name) => throw new NotImplementedException();

    /// <summary>
    /// What a user's word for a Store means: with a separator, a leading <c>.</c> or <c>~</c>, a drive letter or <c>://</c> it is a path or URI;
    /// else a registered name; else a folder of that name.
    /// </summary>
    /// <param name="text">The user's word.</param>
    /// <param name="currentDirectory">What relative paths are relative to.</param>
    public StoreAddress Resolve(string text, string currentDirectory) => throw new NotImplementedException();
}
