using System.Management.Automation;
using VtPS.Engine.Encryption;
using VtPS.References;

namespace VtPS;

/// <summary>
/// What <c>-Store</c> takes: a path, URI or registered name, a <see cref="VtStore"/>, or one that was serialised and came back.
/// Making a reference touches no disk; the command that gets it finds and opens the Store.
/// </summary>
public sealed class VtStoreReference
{
    /// <summary>Refers to a Store by a path, a URI or a registered name.</summary>
    /// <param name="store">The path, URI or name.</param>
    public VtStoreReference(string store)
    {
        if (string.IsNullOrWhiteSpace(store))
        {
            throw new PSArgumentException("A Store is given by a path, a URI or a registered name; this text is empty.");
        }

        Text = store;
    }

    /// <summary>Refers to a Store that a command returned.</summary>
    /// <param name="store">The Store.</param>
    public VtStoreReference(VtStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Location = store.Path;
        Name = store.Name;
        Keys = store.Keys;
    }

    /// <summary>Refers to a Store that a command returned and that was serialised since.</summary>
    /// <param name="store">An object whose type name ends in <c>VtPS.VtStore</c>.</param>
    public VtStoreReference(PSObject store)
    {
        ArgumentNullException.ThrowIfNull(store);
        switch (store.BaseObject)
        {
            case VtStore live:
                Location = live.Path;
                Name = live.Name;
                Keys = live.Keys;
                break;
            case string text when !string.IsNullOrWhiteSpace(text):
                Text = text;
                break;
            default:
                if (!ReferenceReader.IsOf(store, "VtPS.VtStore"))
                {
                    throw new PSArgumentException($"An object of type {store.TypeNames.FirstOrDefault()} is not a Store. Give a path, a URI, a registered name or what Get-VtStore returns.");
                }

                Location = ReferenceReader.RequiredText(store, nameof(VtStore.Path), nameof(VtStore));
                Name = ReferenceReader.Text(store, nameof(VtStore.Name));
                IsFromData = true;
                break;
        }
    }

    /// <summary>A user's word for the Store; null where the location is known.</summary>
    internal string? Text { get; }

    /// <summary>The absolute path or URI, where an object gave it.</summary>
    internal string? Location { get; }

    /// <summary>Whether the location stood in an object that was serialised, and may have come from anywhere.</summary>
    internal bool IsFromData { get; }

    /// <summary>The registered name, where an object gave it.</summary>
    internal string? Name { get; }

    /// <summary>The keys of a live object's Store, where it was unlocked.</summary>
    internal KeyRing? Keys { get; }

    /// <inheritdoc/>
    public override string ToString() => Text ?? Location!;
}
