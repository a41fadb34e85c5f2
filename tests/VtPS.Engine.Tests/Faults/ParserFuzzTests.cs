using System.Globalization;
using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Blocks;
using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Encryption;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// Every parser of the format gets real bytes that were changed at random, checksums and seals made to fit, so that what is behind them is reached. Whatever it
/// gets, it reads, or says what is wrong in an exception that its callers expect, and asks for no memory beyond what it was given.
/// </summary>
public sealed class ParserFuzzTests(ITestOutputHelper output)
{
    private const string Id = "00112233445566778899aabbccddeeff";
    private const long MostAllocated = 40 << 20;

    private static readonly VtHash Hash = new(VtHashName.Sha256, TestContent.Random(32, 5));
    private static readonly KeyRing Ring = new(Id, EpochKey.Draw(1), [], 1, new Dictionary<string, byte[]>());

    private static readonly VtStore Store = Config().ToStore(new StoreAddress("memory"));

    [Fact]
    public void CheckedJsonObjects()
    {
        DataFileId.TryParse(Id, out DataFileId id);
        VtBackup backup = Backup();
        Run("store.json", [Config().ToBytes()], true, bytes => StoreConfig.Parse(bytes, "memory"));
        Run("backup", [BackupRecord.Write(backup)], true, bytes => BackupRecord.Read(bytes, Id, Store));
        Run("amendment", [BackupRecord.WriteAmendment(Id, 1, ["a", "b"], "comment", true)], true, bytes => BackupRecord.ApplyAmendment(bytes, backup, 1));
        Run("trash", [TrashRecord.Write([id, DataFileId.New()])], true, bytes => TrashRecord.Read(TrashRecord.NewName(), bytes, "memory"));
        Run("lease", [LeaseRecord.Write(id, "backup", "boot", true)], true, bytes => ReadLease(bytes, LeaseRecord.WriteBeat(id, 1, [])));
        Run("beat", [LeaseRecord.WriteBeat(id, 1, [TrashRecord.NewName()])], true, bytes => ReadLease(LeaseRecord.Write(id, "backup", "boot", false), bytes));
        using StoreSecret secret = StoreSecret.FromPassword("secret");
        KeySlot slot = KeySlot.Create(Id, Ring.Current, secret, 1);
        Run("key slot", [slot.ToBytes()], true, bytes => KeySlot.Parse(slot.Id, bytes));
        string record = EpochRecord.NameOf(1, false);
        byte[] sealedRecord = EpochRecord.Write(Ring, false, Config().ToBytes());
        Run("epoch record", [ObjectSeal.Open(Ring, record, sealedRecord)], true, bytes => EpochRecord.Read(Id, Ring.Current, false, ObjectSeal.Close(Ring, record, bytes)));
        Run("sealed object", [sealedRecord], false, bytes => ObjectSeal.Open(Ring, record, bytes));
    }

    [Theory]
    [InlineData("\"status\":\"Complete\"", "\"status\":\"99999999999999999999\"")]
    [InlineData("\"status\":\"Complete\"", "\"status\":\"7\"")]
    [InlineData("\"host\":\"host\"", "\"host\":null")]
    [InlineData("\"tags\":[\"tag\"]", "\"tags\":[null]")]
    public void ABackupWhoseStatusIsANumberOrWhoseTextIsNullIsRefused(string from, string to)
    {
        string text = Encoding.UTF8.GetString(BackupRecord.Write(Backup())[..^37]);
        Assert.Contains(from, text, StringComparison.Ordinal);
        byte[] bytes = Mutation.WithChecksum(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(Id, Assert.Throws<InvalidDataException>(() => BackupRecord.Read(bytes, Id, Store)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DataFiles()
    {
        DataFileId.TryParse(Id, out DataFileId id);
        byte[] header = new byte[DataFileFormat.HeaderLength];
        DataFileFormat.WriteHeader(header, VtHashName.Sha256, DataFileContent.Files, 0, id, id);
        Run("header", [header], false, bytes => DataFileFormat.CheckHeader(bytes, id, VtHashName.Sha256));
        Run("header of a fitting checksum", [header], false, bytes =>
        {
            if (bytes.Length >= header.Length)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(56), Checksum.Xxh3(bytes.AsSpan(0, 56)));
            }

            DataFileFormat.CheckHeader(bytes, id, VtHashName.Sha256);
        });
        byte[] closing = new byte[DataFileFormat.ClosingLength];
        DataFileFormat.WriteClosing(closing, 300, 400);
        Run("closing", [closing], false, bytes => DataFileFormat.ReadClosing(bytes.Concat(new byte[DataFileFormat.ClosingLength]).ToArray(), 400));
        foreach (Codec codec in (Codec[])[Codec.None, Codec.Brotli, Codec.Zstd])
        {
            if (!Codecs.IsAvailable(codec))
            {
                continue;
            }

            using RecordCompany company = new(codec, Codecs.DefaultLevel(codec));
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("some text ", 60)));
            company.Add(Hash, text);
            company.Add(Hash, TestContent.Utf8("more"));
            byte[] record = company.Encode(PlainRecordSeal.Instance.Shape).ToArray();
            PlainRecordSeal.Instance.WritePrefix(record, 0, record.Length - DataFileFormat.PrefixLength - PlainRecordSeal.Instance.TailLength);
            Run($"prefix, {codec}", [record], false, bytes => PlainRecordSeal.Instance.ReadPrefix(bytes.Concat(new byte[DataFileFormat.PrefixLength]).ToArray(), 0));
            using Decompressor decompressor = new();
            Run($"record, {codec}", [record[DataFileFormat.PrefixLength..^PlainRecordSeal.Instance.TailLength]], false, bytes =>
            {
                RecordBody body = RecordBody.Read(bytes, VtHashName.Sha256, []);
                decompressor.Decompress(body.Codec, body.Payload, new byte[body.PlainLength]);
            });
        }

        ByteWriter trailer = new(64);
        DataFileTrailer.Write(trailer, [new IndexedRecord(64, 100, [(Hash, 5), (Hash, 7)]), new IndexedRecord(164, 50, [(Hash, 9)])]);
        Run("trailer", [trailer.Written.ToArray()], false, bytes => DataFileTrailer.Read(bytes, VtHashName.Sha256, 214));
    }

    [Fact]
    public void TreesAndReferences()
    {
        VtBlockReference[] references = [VtBlockReference.OfHash(Hash, 300), VtBlockReference.OfIndirect(Hash, 700), VtBlockReference.OfRun(0, 5000), VtBlockReference.OfLiteral([1, 2, 3])];
        ByteWriter writer = new(64);
        ByteWriter scratch = new(64);
        List<byte[]> each = [];
        foreach (VtBlockReference reference in references)
        {
            writer.Clear();
            BlockReferenceCodec.Write(writer, reference);
            each.Add(writer.Written.ToArray());
        }

        Run("reference", [.. each], false, bytes =>
        {
            ByteReader reader = new(bytes);
            BlockReferenceCodec.Read(ref reader);
        });
        Run("reference as text", [.. references.Select(r => Encoding.ASCII.GetBytes(r.ToString()))], false, bytes => VtBlockReference.TryParse(Encoding.Latin1.GetString(bytes), out _));
        byte[] indirect = [.. each.SelectMany(b => b)];
        Run("indirect block", [indirect], false, bytes =>
        {
            MemoryBlocks blocks = new();
            BlockTree.ReadIndirectAsync(blocks, VtBlockReference.OfIndirect(blocks.Add(bytes), references.Sum(r => r.Length)), default).AsTask().GetAwaiter().GetResult();
        });
        TreeEntry entry = new()
        {
            Name = TestContent.Utf8("name"),
            Type = VtItemType.File,
            Mode = 0x1ed,
            UserId = 1000,
            GroupId = 100,
            UserName = "user",
            GroupName = "group",
            Modified = new FileTime(1_600_000_000, 123_456_789),
            Size = 300,
            Content = references[0],
            LinkGroup = Hash.Span.ToArray(),
            ExtendedAttributes = [new ExtendedAttribute(TestContent.Utf8("user.a"), TestContent.Utf8("value"))],
            Sparse = true,
        };
        writer.Clear();
        TreeEntryCodec.Write(writer, entry, scratch);
        byte[] file = writer.Written.ToArray();
        writer.Clear();
        TreeEntryCodec.Write(writer, new TreeEntry { Name = TestContent.Utf8("link"), Type = VtItemType.SymbolicLink, LinkTarget = TestContent.Utf8("to/somewhere") }, scratch);
        Run("entry", [file, writer.Written.ToArray()], false, bytes =>
        {
            ByteReader reader = new(bytes);
            TreeEntryCodec.Read(ref reader);
        });
        writer.Clear();
        SideCarCodec.Write(writer, new SideEntry(true, new FileTime(1_600_000_000, 5), 12345, references[0]), scratch);
        SideCarCodec.Write(writer, new SideEntry(false, null, 6, null), scratch);
        Run("side-car", [writer.Written.ToArray()], false, bytes => SideCarCodec.ReadDirectories(bytes));
    }

    /// <summary>Feeds a parser; its exceptions are InvalidDataException and VtException alone.</summary>
    private void Run(string name, byte[][] seeds, bool isJson, Action<byte[]> parse)
    {
        foreach (byte[] seed in seeds)
        {
            parse([.. seed]);
        }

        int seedOfRun = LongRun.Seed;
        Random random = new(seedOfRun);
        int cases = LongRun.Count(1500, 50_000);
        int refused = 0;
        long started = Environment.TickCount64;
        for (int i = 0; i < cases; i++)
        {
            byte[] bytes = seeds[random.Next(seeds.Length)];
            bytes = isJson ? Mutation.OfJson(random, bytes) : Mutation.OfBytes(random, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse([.. bytes]);
            }
            catch (Exception e) when (e is InvalidDataException or VtException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"{name}, case {i} of seed {seedOfRun}: {e}\n{(isJson ? Encoding.UTF8.GetString(bytes) : Convert.ToHexString(bytes))}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostAllocated, $"{name}, case {i} of seed {seedOfRun}: {allocated} bytes of memory for {bytes.Length} bytes.");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {cases} cases, {refused} refused, {Environment.TickCount64 - started} ms"));

        // Whatever a lease says, it stands: it refuses nothing. The others say no by their result.
        Assert.True(refused > 0 || name is "lease" or "beat" or "closing" or "reference as text" || name.StartsWith("prefix", StringComparison.Ordinal), $"{name} refused nothing.");
    }

    private static void ReadLease(byte[] lease, byte[] beat)
    {
        MemoryStorage storage = new();
        storage.Put(StoreNames.Lease(Id), lease);
        storage.Put(StoreNames.Beat(Id, 1), beat);

        // On another thread: what waits here would keep the runner from going on with what is waited for.
        Task.Run(async () =>
        {
            await LeaseBook.BuryDeadAsync(storage, new LeaseMemory(null), TimeSpan.FromHours(1), default);
            await LeaseBook.ListAsync(storage, default);
        }).GetAwaiter().GetResult();
    }

    private static StoreConfig Config() => new()
    {
        Id = Id,
        HashName = VtHashName.Sha256,
        Chunker = ChunkerParameters.Create(4096, null, null),
        Codec = Codec.Brotli,
        Level = 4,
        Created = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Description = "a Store",
    };

    private static VtBackup Backup() => new()
    {
        Id = Id,
        Store = "memory",
        StoreId = Id,
        HostName = "host",
        UserName = "user",
        Subset = "subset",
        SourcePath = ["/a", "/b"],
        Tag = ["tag"],
        Comment = "comment",
        StartTime = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        EndTime = new DateTime(2026, 1, 2, 3, 5, 5, DateTimeKind.Utc),
        Root = VtBlockReference.OfHash(Hash, 100).ToString(),
        SideCar = VtBlockReference.OfHash(Hash, 50),
        BasedOn = [Id],
        ProgramVersion = "0.1",
    };
}
