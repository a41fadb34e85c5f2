using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// The objects keys/epoch.n.json, whose appearance begins epoch n, and keys/epoch.n.rekeyed.json, whose appearance says that nothing of an older one is
/// left to rewrite. Both are sealed under the key of epoch n and say the same things: store.json as it must be, the keys of older epochs, the oldest epoch
/// that is still believed, and which small objects of older ones are believed all the same.
/// </summary>
internal static class EpochRecord
{
    /// <summary>The longest that such an object can be, in bytes.</summary>
    public const int MaximumLength = 64 << 20;

    private const string Prefix = StoreNames.Keys + "epoch.";
    private const string RekeyedEnding = ".rekeyed.json";
    private const string Ending = ".json";

    public static string NameOf(uint epoch, bool rekeyed) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{epoch}{(rekeyed ? RekeyedEnding : Ending)}");

    public static bool TryParseName(string name, out uint epoch, out bool rekeyed)
    {
        epoch = 0;
        rekeyed = name.EndsWith(RekeyedEnding, StringComparison.Ordinal);
        string ending = rekeyed ? RekeyedEnding : Ending;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(ending, StringComparison.Ordinal)
            && name.Length > Prefix.Length + ending.Length
            && uint.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - ending.Length), NumberStyles.None, CultureInfo.InvariantCulture, out epoch)
            && epoch > 0 && name == NameOf(epoch, rekeyed);
    }

    /// <summary>The sealed bytes of the record that describes a ring.</summary>
    /// <param name="ring">The ring, its present epoch that of the record.</param>
    /// <param name="rekeyed">Which of the two objects it is.</param>
    /// <param name="config">The bytes of store.json.</param>
    public static byte[] Write(KeyRing ring, bool rekeyed, byte[] config)
    {
        byte[] content = CheckedJson.Write(writer =>
        {
            writer.WriteNumber("epoch", ring.Current.Epoch);
            writer.WriteNumber("minimum", ring.Minimum);
            writer.WriteString("store", Encoding.UTF8.GetString(config));
            writer.WriteStartArray("keys");
            byte[] bytes = new byte[EpochKey.Length];
            foreach (EpochKey key in ring.Keys)
            {
                if (key != ring.Current)
                {
                    key.CopyTo(bytes);
                    writer.WriteStartObject();
                    writer.WriteNumber("epoch", key.Epoch);
                    writer.WriteBase64String("key", bytes);
                    writer.WriteEndObject();
                }
            }

            CryptographicOperations.ZeroMemory(bytes);
            writer.WriteEndArray();
            writer.WriteStartArray("vouched");
            foreach ((string name, byte[] hash) in ring.Vouched)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteString("sha256", Convert.ToHexStringLower(hash));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
        byte[] bytes = ObjectSeal.Close(ring, NameOf(ring.Current.Epoch, rekeyed), content);
        CryptographicOperations.ZeroMemory(content);
        return bytes;
    }

    /// <summary>Opens a record: the ring, and store.json's bytes as they must be.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or not of this key.</exception>
    public static (KeyRing Ring, byte[] Config) Read(string storeId, EpochKey key, bool rekeyed, byte[] bytes)
    {
        string name = NameOf(key.Epoch, rekeyed);
        byte[] content = ObjectSeal.Open(key, storeId, name, bytes);
        try
        {
            using JsonDocument document = CheckedJson.Read(content, name);
            JsonElement root = document.RootElement;
            List<EpochKey> older = [];
            foreach (JsonElement item in root.GetProperty("keys").EnumerateArray())
            {
                byte[] old = item.GetProperty("key").GetBytesFromBase64();
                older.Add(EpochKey.From(item.GetProperty("epoch").GetUInt32(), old));
                CryptographicOperations.ZeroMemory(old);
            }

            Dictionary<string, byte[]> vouched = new(StringComparer.Ordinal);
            foreach (JsonElement item in root.GetProperty("vouched").EnumerateArray())
            {
                vouched[item.GetProperty("name").GetString()!] = Convert.FromHexString(item.GetProperty("sha256").GetString()!);
            }

            return root.GetProperty("epoch").GetUInt32() == key.Epoch
                ? (new KeyRing(storeId, key, older, root.GetProperty("minimum").GetUInt32(), vouched), Encoding.UTF8.GetBytes(root.GetProperty("store").GetString()!))
                : throw new InvalidDataException($"'{name}' is the record of another epoch.");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"'{name}' cannot be understood: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
