using System.Globalization;
using System.Text.Json;
using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>What store.json says: written once, when the Store is made.</summary>
internal sealed record StoreConfig
{
    /// <summary>The version of the format that this program writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The longest that store.json can be, in bytes.</summary>
    public const int MaximumLength = 1 << 20;

    private const string EncryptionFeature = "encryption";

    public int Format { get; init; } = CurrentFormat;

    /// <summary>32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    public required VtHashName HashName { get; init; }

    public required ChunkerParameters Chunker { get; init; }

    public required Codec Codec { get; init; }

    public required int Level { get; init; }

    public required DateTime Created { get; init; }

    public string? Description { get; init; }

    /// <summary>Whether what the Store holds is sealed: the feature <c>encryption</c> is needed for everything.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The object's bytes.</summary>
    public byte[] ToBytes() => CheckedJson.Write(writer =>
    {
        writer.WriteNumber("format", Format);
        writer.WriteString("id", Id);
        writer.WriteString("hash", VtHashNames.Text(HashName));
        writer.WriteStartObject("chunker");
        writer.WriteString("name", "gear");
        writer.WriteNumber("minimum", Chunker.Minimum);
        writer.WriteNumber("average", Chunker.Average);
        writer.WriteNumber("maximum", Chunker.Maximum);
        writer.WriteEndObject();
        writer.WriteStartObject("compression");
        writer.WriteString("codec", Codecs.Text(Codec));
        writer.WriteNumber("level", Level);
        writer.WriteEndObject();
        writer.WriteString("created", Created.ToUniversalTime());
        if (Description is not null)
        {
            writer.WriteString("description", Description);
        }

        writer.WriteStartObject("features");
        foreach (string use in (ReadOnlySpan<string>)["read", "write", "delete"])
        {
            writer.WriteStartArray(use);
            if (IsEncrypted)
            {
                writer.WriteStringValue(EncryptionFeature);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });

    /// <summary>Reads the object.</summary>
    /// <param name="bytes">The object's bytes.</param>
    /// <param name="location">Where the Store is, for messages.</param>
    /// <exception cref="VtException">NotAStore, StoreFormatUnsupported.</exception>
    public static StoreConfig Parse(byte[] bytes, string location)
    {
        try
        {
            using JsonDocument document = CheckedJson.Read(bytes, StoreNames.Config);
            JsonElement root = document.RootElement;
            int format = root.GetProperty("format").GetInt32();
            if (format != CurrentFormat)
            {
                throw new VtException(VtErrorId.StoreFormatUnsupported, string.Create(CultureInfo.InvariantCulture, $"The Store at '{location}' has format {format}; this version of VtPS reads format {CurrentFormat}. Use a newer version of VtPS."), location);
            }

            // A feature that this version does not know refuses what it is needed for. Every command reads and writes by the same code, so any unknown one refuses all.
            bool encrypted = false;
            foreach (JsonProperty use in root.GetProperty("features").EnumerateObject())
            {
                foreach (JsonElement feature in use.Value.EnumerateArray())
                {
                    if (feature.GetString() == EncryptionFeature)
                    {
                        encrypted = true;
                        continue;
                    }

                    throw new VtException(VtErrorId.StoreFormatUnsupported, $"The Store at '{location}' needs the feature '{feature.GetString()}' to {use.Name}, which this version of VtPS does not have. Use a newer version of VtPS.", location);
                }
            }

            string hash = root.GetProperty("hash").GetString()!;
            if (!VtHashNames.TryParse(hash, out VtHashName hashName) || hash != VtHashNames.Text(hashName))
            {
                throw new VtException(VtErrorId.StoreFormatUnsupported, $"The Store at '{location}' uses the hash function '{hash}', which this version of VtPS does not know. Use a newer version of VtPS.", location);
            }

            string id = root.GetProperty("id").GetString()!;
            if (!DataFileId.TryParse(id, out _))
            {
                throw new InvalidDataException($"'{id}' is not the id of a Store.");
            }

            JsonElement chunker = root.GetProperty("chunker");
            JsonElement compression = root.GetProperty("compression");
            string chunkerName = chunker.GetProperty("name").GetString()!;
            string codecName = compression.GetProperty("codec").GetString()!;
            if (chunkerName != "gear" || !Codecs.TryParse(codecName, out Codec codec))
            {
                throw new VtException(VtErrorId.StoreFormatUnsupported, $"The Store at '{location}' uses the chunker '{chunkerName}' and the codec '{codecName}', which this version of VtPS does not both know. Use a newer version of VtPS.", location);
            }

            return new StoreConfig
            {
                Format = format,
                Id = id,
                HashName = hashName,
                Chunker = ChunkerParameters.Create(chunker.GetProperty("average").GetInt32(), chunker.GetProperty("minimum").GetInt32(), chunker.GetProperty("maximum").GetInt32()),
                Codec = codec,
                Level = compression.GetProperty("level").GetInt32(),
                Created = root.GetProperty("created").GetDateTime(),
                Description = root.TryGetProperty("description", out JsonElement description) ? description.GetString() : null,
                IsEncrypted = encrypted,
            };
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new VtException(VtErrorId.NotAStore, $"'{location}' has a store.json that is damaged: {e.Message} If there is a copy of that file (it never changes after a Store is made), put it back.", location, e);
        }
    }

    /// <summary>What commands show of the Store.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="keys">Its keys, if it was unlocked: commands that are handed the result open it with them.</param>
    public VtStore ToStore(StoreAddress address, KeyRing? keys = null) => new()
    {
        Name = address.Name,
        Path = address.Location,
        StoreId = Id,
        HashName = VtHashNames.Text(HashName),
        MinimumBlock = Chunker.Minimum,
        AverageBlock = Chunker.Average,
        MaximumBlock = Chunker.Maximum,
        Compression = Codecs.Text(Codec),
        CompressionLevel = Level,
        FormatVersion = Format,
        CreationTime = Created.ToLocalTime(),
        Description = Description,
        IsEncrypted = IsEncrypted,
        Keys = keys,
    };
}
