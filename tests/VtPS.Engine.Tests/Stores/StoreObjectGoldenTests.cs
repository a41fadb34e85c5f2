using System.Globalization;
using System.Text;
using System.Text.Json;
using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Stores;

/// <summary>The bytes of a Store's JSON objects, as docs/format.md has them.</summary>
public sealed class StoreObjectGoldenTests
{
    private const string Config =
        "{\"format\":1,\"id\":\"000102030405060708090a0b0c0d0e0f\",\"hash\":\"sha256\",\"chunker\":{\"name\":\"gear\",\"minimum\":65536,\"average\":262144,\"maximum\":1048576},"
        + "\"compression\":{\"codec\":\"zstd\",\"level\":3},\"created\":\"2026-01-02T03:04:05Z\",\"description\":\"Größe & <so>\",\"features\":{\"read\":[],\"write\":[],\"delete\":[]},"
        + "\"checksum\":\"xxh3:719ea7be9b608d16\"}\n";

    private const string Beat =
        "{\"id\":\"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\",\"number\":\"7\",\"trash\":[\"trash/000102030405060708090a0b0c0d0e0f.json\"],\"checksum\":\"xxh3:30ec28f659878616\"}\n";

    private const string Trash =
        "{\"files\":[\"000102030405060708090a0b0c0d0e0f\",\"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\"],\"checksum\":\"xxh3:5ee43233f6d156be\"}\n";

    private static readonly DataFileId First = DataFileId.Read(Golden.Bytes("000102030405060708090a0b0c0d0e0f"));
    private static readonly DataFileId Second = DataFileId.Read(Golden.Bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));

    [Fact]
    public void StoreJson()
    {
        StoreConfig config = new()
        {
            Id = First.ToString(),
            HashName = VtHashName.Sha256,
            Chunker = ChunkerParameters.Create(256 * 1024, null, null),
            Codec = Codec.Zstd,
            Level = 3,
            Created = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            Description = "Größe & <so>",
        };
        Assert.Equal(Config, Encoding.UTF8.GetString(config.ToBytes()));
        StoreConfig read = StoreConfig.Parse(Encoding.UTF8.GetBytes(Config), "here");
        Assert.Equal(config, read);
    }

    [Fact]
    public void ABeat() => Assert.Equal(Beat, Encoding.UTF8.GetString(LeaseRecord.WriteBeat(Second, 7, [$"trash/{First}.json"])));

    [Fact]
    public void ALease()
    {
        byte[] bytes = LeaseRecord.Write(Second, "backup", "boot", true);
        using JsonDocument document = CheckedJson.Read(bytes, "lease");
        string Text(string name) => document.RootElement.GetProperty(name).GetRawText();
        Assert.True(DateTime.UtcNow - document.RootElement.GetProperty("started").GetDateTime() < TimeSpan.FromMinutes(1));
        string expected = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\",\"operation\":\"backup\",\"host\":{JsonSerializer.Serialize(Environment.MachineName)},\"user\":{JsonSerializer.Serialize(Environment.UserName)},\"process\":{Environment.ProcessId},\"started\":{Text("started")},\"version\":\"{EngineVersion.Text}\",\"boot\":\"boot\",\"locked\":true,\"checksum\":{Text("checksum")}}}\n");
        Assert.Equal(expected, Encoding.UTF8.GetString(bytes));
        using JsonDocument without = CheckedJson.Read(LeaseRecord.Write(Second, "backup", null, false), "lease");
        Assert.False(without.RootElement.TryGetProperty("boot", out _));
        Assert.False(without.RootElement.GetProperty("locked").GetBoolean());
    }

    [Fact]
    public void ATrashObject()
    {
        Assert.Equal(Trash, Encoding.UTF8.GetString(TrashRecord.Write([First, Second])));
        TrashRecord read = TrashRecord.Read("trash/x.json", Encoding.UTF8.GetBytes(Trash), "here");
        Assert.Equal([First, Second], read.Files);
    }

    [Fact]
    public async Task FilesThatTrashNamesDoNotCountAndOneThatCannotBeReadStopsEveryWriterAndNoReader()
    {
        MemoryStorage storage = new();
        await using TestStore store = await TestStore.CreateAsync(storage);
        VtHash hash = (await store.AddBlocksAsync(["abc"u8.ToArray()]))[0];
        Assert.True(store.Session.Index.Contains(hash));
        Assert.True(StoreNames.TryParseDataFile(Assert.Single(await store.ObjectsAsync("data/")), out DataFileId file));
        storage.Put($"trash/{First}.json", TrashRecord.Write([file]));
        await store.Session.RefreshAsync(default);
        Assert.False(store.Session.Index.Contains(hash));

        storage.Put($"trash/{Second}.json", Encoding.UTF8.GetBytes(Trash[..^1] + " "));
        Assert.Equal(VtErrorId.DataFileDamaged, (await Assert.ThrowsAsync<VtException>(async () => await StoreListing.ReadAsync(store.Storage, default))).ErrorId);
        Assert.Equal(VtErrorId.DataFileDamaged, (await Assert.ThrowsAsync<VtException>(async () => await StoreWriter.OpenAsync(store.Session, "test", default))).ErrorId);
        await store.Session.RefreshAsync(default);
        Assert.Contains(store.Session.Damage, sentence => sentence.Contains(Second.ToString(), StringComparison.Ordinal));
        Assert.False(store.Session.Index.Contains(hash));
    }

    [Fact]
    public void NamesOfObjects()
    {
        Assert.Equal("data/00/000102030405060708090a0b0c0d0e0f.vtd", StoreNames.DataFile(First));
        Assert.Equal($"backups/{First}.json", StoreNames.Backup(First.ToString()));
        Assert.Equal($"backups/{First}.12.json", StoreNames.Amendment(First.ToString(), 12));
        Assert.Equal($"leases/{First}.json", StoreNames.Lease(First.ToString()));
        Assert.Equal($"leases/{First}.3.json", StoreNames.Beat(First.ToString(), 3));
        Assert.True(StoreNames.TryParseNumbered("backups/", $"backups/{First}.12.json", out string id, out long number));
        Assert.Equal((First.ToString(), 12L), (id, number));
        foreach (string wrong in (string[])["backups/x.json", $"backups/{First}.json.bak", $"backups/{First}.0.json", $"backups/{First}.-1.json", $"backups/{First}..json", $"other/{First}.json", $"backups/{First.ToString().ToUpperInvariant()}.json"])
        {
            Assert.False(StoreNames.TryParseNumbered("backups/", wrong, out _, out _), wrong);
        }

        foreach (string wrong in (string[])[$"data/01/{First}.vtd", $"data/00/{First}.vtx", $"data/{First}.vtd", "data/00/0001.vtd"])
        {
            Assert.False(StoreNames.TryParseDataFile(wrong, out _), wrong);
        }
    }

    [Theory]
    [InlineData("\"format\":1", "\"format\":2", VtErrorId.StoreFormatUnsupported)]
    [InlineData("\"sha256\"", "\"blake3\"", VtErrorId.StoreFormatUnsupported)]
    [InlineData("\"gear\"", "\"rabin\"", VtErrorId.StoreFormatUnsupported)]
    [InlineData("\"zstd\"", "\"xz\"", VtErrorId.StoreFormatUnsupported)]
    [InlineData("\"read\":[]", "\"read\":[\"later\"]", VtErrorId.StoreFormatUnsupported)]
    [InlineData("\"delete\":[]", "\"delete\":[\"later\"]", VtErrorId.StoreFormatUnsupported)]
    [InlineData("\"id\":", "\"ids\":", VtErrorId.NotAStore)]
    [InlineData("\"chunker\":{", "\"chunks\":{", VtErrorId.NotAStore)]
    public void AStoreOfALaterVersionIsRefusedByWhatItNeeds(string from, string to, VtErrorId id)
    {
        string body = Config[..Config.LastIndexOf(",\"checksum", StringComparison.Ordinal)].Replace(from, to, StringComparison.Ordinal);
        VtException error = Assert.Throws<VtException>(() => StoreConfig.Parse(Checked(body), "here"));
        Assert.Equal(id, error.ErrorId);
    }

    [Fact]
    public void APropertyOfALaterVersionIsPassedOver() =>
        Assert.Equal(StoreConfig.Parse(Encoding.UTF8.GetBytes(Config), "here"), StoreConfig.Parse(Checked(Config[..Config.LastIndexOf(",\"checksum", StringComparison.Ordinal)] + ",\"new\":{\"a\":[1]}"), "here"));

    [Fact]
    public void EveryChangedOrMissingByteOfACheckedObjectIsNoticed()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Config);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 1;
            Assert.Throws<InvalidDataException>(() => CheckedJson.Read(changed, "store.json"));
            Assert.Throws<InvalidDataException>(() => CheckedJson.Read(whole.AsMemory(0, i), "store.json"));
        }

        Assert.Throws<InvalidDataException>(() => CheckedJson.Read((byte[])[.. whole, (byte)'\n'], "store.json"));
        Assert.Equal(VtErrorId.NotAStore, Assert.Throws<VtException>(() => StoreConfig.Parse(whole[..^9], "here")).ErrorId);
    }

    /// <summary>The object of a text without its last brace.</summary>
    private static byte[] Checked(string body)
    {
        byte[] head = Encoding.UTF8.GetBytes(body);
        return [.. head, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"checksum\":\"xxh3:{Checksum.Xxh3(head):x16}\"}}\n"))];
    }
}
