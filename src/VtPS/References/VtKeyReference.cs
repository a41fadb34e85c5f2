using System.Management.Automation;
using VtPS.References;

namespace VtPS;

/// <summary>
/// What <c>-Key</c> takes: the id of a key slot or a prefix of one, a <see cref="VtKey"/>, or one that was serialised and came back.
/// Making a reference touches no disk.
/// </summary>
public sealed class VtKeyReference
{
    /// <summary>Refers to a slot by its id or a prefix of it.</summary>
    /// <param name="keyId">The id or prefix.</param>
    public VtKeyReference(string keyId)
    {
        if (string.IsNullOrWhiteSpace(keyId))
        {
            throw new PSArgumentException("A key is given by the id of its slot or a prefix of it; this text is empty.");
        }

        KeyId = keyId;
    }

    /// <summary>Refers to a slot that a command returned.</summary>
    /// <param name="key">The slot.</param>
    public VtKeyReference(VtKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        KeyId = key.KeyId;
        StoreLocation = key.Store;
        StoreId = key.StoreId;
        Origin = key.Origin;
    }

    /// <summary>Refers to a slot that a command returned and that was serialised since.</summary>
    /// <param name="key">An object whose type name ends in <c>VtPS.VtKey</c>.</param>
    public VtKeyReference(PSObject key)
    {
        ArgumentNullException.ThrowIfNull(key);
        switch (key.BaseObject)
        {
            case VtKey live:
                KeyId = live.KeyId;
                StoreLocation = live.Store;
                StoreId = live.StoreId;
                Origin = live.Origin;
                break;
            case string text when !string.IsNullOrWhiteSpace(text):
                KeyId = text;
                break;
            default:
                if (!ReferenceReader.IsOf(key, "VtPS.VtKey"))
                {
                    throw new PSArgumentException($"An object of type {key.TypeNames.FirstOrDefault()} is not a key. Give the id of a slot, a prefix of it or what Get-VtKey returns.");
                }

                KeyId = ReferenceReader.RequiredText(key, nameof(VtKey.KeyId), nameof(VtKey));
                StoreLocation = ReferenceReader.Text(key, nameof(VtKey.Store));
                StoreId = ReferenceReader.Text(key, nameof(VtKey.StoreId));
                break;
        }
    }

    /// <summary>The slot's id or a prefix of it.</summary>
    internal string KeyId { get; }

    /// <summary>Where the object says its Store is; null for text.</summary>
    internal string? StoreLocation { get; }

    /// <summary>The id of that Store; null for text.</summary>
    internal string? StoreId { get; }

    /// <summary>The Store itself, where a live object was given.</summary>
    internal VtStore? Origin { get; }

    /// <inheritdoc/>
    public override string ToString() => KeyId;
}
