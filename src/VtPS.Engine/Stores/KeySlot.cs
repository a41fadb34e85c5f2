using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>A key slot, keys/id.json: an epoch's key, wrapped for one password or key file. Written once; deleting it ends what it opens.</summary>
internal sealed record KeySlot
{
    /// <summary>The longest that a slot can be, in bytes.</summary>
    public const int MaximumLength = 1 << 16;

    private const string PasswordDerivation = "pbkdf2-hmac-sha512";
    private const string KeyFileDerivation = "hkdf-sha256";

    /// <summary>32 hexadecimal digits, drawn at random.</summary>
    public required string Id { get; init; }

    public required SecretKind Kind { get; init; }

    /// <summary>The epoch of the key inside.</summary>
    public required uint Epoch { get; init; }

    /// <summary>Which key is inside; see <see cref="EpochKey.KeyId"/>.</summary>
    public required string KeyId { get; init; }

    /// <summary>PBKDF2's iterations; 0 for a key file.</summary>
    public required int Iterations { get; init; }

    public required DateTime Created { get; init; }

    public required byte[] Salt { get; init; }

    public required byte[] Wrapped { get; init; }

    public static string NameOf(string id) => $"{StoreNames.Keys}{id}.json";

    /// <summary>Wraps a key for a secret. For a password that takes as long as its iterations do.</summary>
    public static KeySlot Create(string storeId, EpochKey key, StoreSecret secret, int iterations)
    {
        KeySlot slot = new()
        {
            Id = DataFileId.New().ToString(),
            Kind = secret.Kind,
            Epoch = key.Epoch,
            KeyId = key.KeyId,
            Iterations = secret.Kind == SecretKind.Password ? iterations : 0,
            Created = DateTime.UtcNow,
            Salt = RandomNumberGenerator.GetBytes(KeyWrap.SaltLength),
            Wrapped = [],
        };
        return slot with { Wrapped = KeyWrap.Wrap(key, secret, slot.Salt, slot.Iterations, slot.Bound(storeId)) };
    }

    /// <summary>The key, if the secret is the slot's; else null.</summary>
    /// <exception cref="InvalidDataException">The key inside is not the one that the slot names.</exception>
    public EpochKey? TryOpen(string storeId, StoreSecret secret)
    {
        if (secret.Kind != Kind || KeyWrap.TryUnwrap(Epoch, Wrapped, secret, Salt, Iterations, Bound(storeId)) is not { } key)
        {
            return null;
        }

        return key.KeyId == KeyId ? key : throw new InvalidDataException($"Key slot {Id} holds another key than it says.");
    }

    public byte[] ToBytes() => CheckedJson.Write(writer =>
    {
        writer.WriteString("id", Id);
        writer.WriteNumber("epoch", Epoch);
        writer.WriteString("keyId", KeyId);
        writer.WriteString("derivation", Kind == SecretKind.Password ? PasswordDerivation : KeyFileDerivation);
        if (Kind == SecretKind.Password)
        {
            writer.WriteNumber("iterations", Iterations);
        }

        writer.WriteString("salt", Convert.ToHexStringLower(Salt));
        writer.WriteString("wrapped", Convert.ToHexStringLower(Wrapped));
        writer.WriteString("created", Created.ToUniversalTime());
    });

    /// <exception cref="InvalidDataException">It is damaged, or asks for what is refused.</exception>
    public static KeySlot Parse(string id, byte[] bytes)
    {
        string name = NameOf(id);
        try
        {
            using JsonDocument document = CheckedJson.Read(bytes, name);
            JsonElement root = document.RootElement;
            string derivation = root.GetProperty("derivation").GetString()!;
            SecretKind kind = derivation switch
            {
                PasswordDerivation => SecretKind.Password,
                KeyFileDerivation => SecretKind.KeyFile,
                _ => throw new InvalidDataException($"It uses '{derivation}', which this version of VtPS does not know."),
            };
            KeySlot slot = new()
            {
                Id = root.GetProperty("id").GetString()!,
                Kind = kind,
                Epoch = root.GetProperty("epoch").GetUInt32(),
                KeyId = root.GetProperty("keyId").GetString()!,
                Iterations = kind == SecretKind.Password ? root.GetProperty("iterations").GetInt32() : 0,
                Salt = Convert.FromHexString(root.GetProperty("salt").GetString()!),
                Wrapped = Convert.FromHexString(root.GetProperty("wrapped").GetString()!),
                Created = root.GetProperty("created").GetDateTime(),
            };
            KeyWrap.Check(slot.Kind, slot.Wrapped.Length, slot.Salt.Length, slot.Iterations);
            return slot.Id == id ? slot : throw new InvalidDataException($"It is slot {slot.Id} under another name.");
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            throw new InvalidDataException(e.Message.StartsWith($"'{name}'", StringComparison.Ordinal) ? e.Message : $"'{name}' cannot be used: {e.Message}", e);
        }
    }

    public VtKey ToKey(VtStore store, VtKeyStatus status) => new()
    {
        Store = store.Path,
        StoreId = store.StoreId,
        Origin = store,
        KeyId = Id,
        Kind = Kind == SecretKind.Password ? VtKeyKind.Password : VtKeyKind.KeyFile,
        Status = status,
        Epoch = Epoch,
        Iterations = Iterations,
        CreationTime = Created.ToLocalTime(),
    };

    /// <summary>What the slot says in the clear, as it is authenticated.</summary>
    private string Bound(string storeId) => string.Create(
        CultureInfo.InvariantCulture,
        $"VtPS key slot\0{storeId}\0{Id}\0{Epoch}\0{KeyId}\0{(Kind == SecretKind.Password ? PasswordDerivation : KeyFileDerivation)}\0{Iterations}");
}
