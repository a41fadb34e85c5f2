using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtPS.Engine.Stores;

/// <summary>
/// One kind of registered names: an object of the file of names, with a property for each name. Names are compared without regard to case. Reads the file at each call;
/// safe against other processes that change it at the same time.
/// </summary>
/// <typeparam name="T">What a name stands for.</typeparam>
/// <param name="path">The file; empty where there is no place for it.</param>
/// <param name="section">The object's name in the file.</param>
/// <param name="noun">What is registered, for messages, as the cmdlets call it: <c>Store</c>, <c>Peer</c>.</param>
/// <param name="unregister">What takes a name back, for messages.</param>
/// <param name="required">The property that every entry has.</param>
/// <param name="create">Makes what is registered of its name and its entry; null where a property of that has a value that it cannot have.</param>
internal sealed class RegistrySection<T>(string path, string section, string noun, string unregister, string required, Func<string, JsonObject, T?> create)
    where T : class
{
    private readonly RegistryFile _file = new(path);

    /// <summary>All of them, sorted by name; empty where there is no file.</summary>
    /// <exception cref="VtException">StoreReadFailed, InvalidArgument for a file that is not what it should be.</exception>
    public IReadOnlyList<T> List() => EntriesOf(_file.Read()) is { } entries
        ? [.. entries.OrderBy(static entry => entry.Key, StringComparer.OrdinalIgnoreCase).Select(entry => Create(entry.Key, entry.Value))]
        : [];

    /// <summary>The one of a name, or null.</summary>
    /// <exception cref="VtException">See <see cref="List"/>.</exception>
    public T? Find(string name) => EntriesOf(_file.Read()) is { } entries && KeyOf(entries, name) is { } key ? Create(key, entries[key]) : null;

    /// <summary>Adds one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="properties">Its properties; those that are null are left out.</param>
    /// <exception cref="VtException">NameExists, InvalidArgument (a name that looks like a path), StoreBusy, StoreReadFailed, StoreWriteFailed.</exception>
    public void Add(string name, params (string Property, string? Text)[] properties)
    {
        RegisteredName.Require(name, noun);
        _file.Change(root =>
        {
            if (EntriesOf(root) is not { } entries)
            {
                entries = [];
                root[section] = entries;
            }

            if (KeyOf(entries, name) is { } known)
            {
                Create(known, entries[known]);
                throw new VtException(
                    VtErrorId.NameExists,
                    $"The name '{known}' is registered already, for '{Text((JsonObject)entries[known]!, required)}'. Choose another, or take that one back with {unregister}.",
                    name);
            }

            JsonObject entry = [];
            foreach ((string property, string? text) in properties)
            {
                if (text is not null)
                {
                    entry[property] = text;
                }
            }

            entries[name] = entry;
            return true;
        });
    }

    /// <summary>Removes one; false where there was none.</summary>
    /// <exception cref="VtException">StoreBusy, StoreReadFailed, StoreWriteFailed, InvalidArgument.</exception>
    public bool Remove(string name) =>
        Find(name) is not null && _file.Change(root => EntriesOf(root) is { } entries && KeyOf(entries, name) is { } key && entries.Remove(key));

    /// <summary>The text of a property; null where it has none.</summary>
    public static string? Text(JsonObject entry, string property) =>
        entry[property] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static string? KeyOf(JsonObject entries, string name)
    {
        foreach ((string known, _) in entries)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return null;
    }

    private JsonObject? EntriesOf(JsonObject root) => root[section] switch
    {
        null => null,
        JsonObject entries => entries,
        _ => throw _file.NotUnderstood($"its property '{section}' is not an object"),
    };

    private T Create(string name, JsonNode? value) => value is JsonObject entry && Text(entry, required) is { Length: > 0 }
        ? create(name, entry) ?? throw _file.NotUnderstood($"a property of the {noun} '{name}' has a value that it cannot have")
        : throw _file.NotUnderstood($"the {noun} '{name}' has no '{required}'");
}
