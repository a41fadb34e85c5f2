using FsCheck;
using FsCheck.Fluent;
using VtPS.Engine.Backups;
using VtPS.Engine.Blocks;
using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;
using Xunit;
using Xunit.Abstractions;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// Whatever the formats can say is read back as it was written, and written again to the same bytes; and those bytes, changed at random, are read or refused by the
/// exceptions that callers expect.
/// </summary>
public sealed class RoundTripTests(ITestOutputHelper output)
{
    private static readonly VtStore Store = new StoreConfig
    {
        Id = new string('a', 32),
        HashName = VtHashName.Sha256,
        Chunker = ChunkerParameters.Create(4096, null, null),
        Codec = Codec.None,
        Level = 0,
        Created = DateTime.UnixEpoch,
    }.ToStore(new StoreAddress("memory"));

    [Fact]
    public void References() => Run(FormatGenerators.Reference, false, Write<VtBlockReference>(BlockReferenceCodec.Write), Read<VtBlockReference>(BlockReferenceCodec.Read));

    [Fact]
    public void ReferencesAsText() => Run(FormatGenerators.Reference, false, reference => System.Text.Encoding.ASCII.GetBytes(reference.ToString()), bytes =>
        VtBlockReference.TryParse(System.Text.Encoding.Latin1.GetString(bytes), out VtBlockReference? reference) ? reference : throw new InvalidDataException());

    [Fact]
    public void DirectoryEntries() => Run(FormatGenerators.Entry, false, Write<TreeEntry>((writer, entry) => TreeEntryCodec.Write(writer, entry, new ByteWriter())), Read<TreeEntry>(TreeEntryCodec.Read));

    [Fact]
    public void SideCars() => Run(FormatGenerators.Side, false, Write<SideEntry>((writer, entry) => SideCarCodec.Write(writer, entry, new ByteWriter())), Read<SideEntry>(SideCarCodec.Read));

    [Fact]
    public void Trailers() => Run(
        FormatGenerators.Trailer,
        false,
        Write<List<IndexedRecord>>(DataFileTrailer.Write),
        (bytes, records) => DataFileTrailer.Read(bytes, VtHashName.Sha256, records.Count == 0 ? DataFileFormat.HeaderLength : records[^1].Offset + records[^1].Length));

    [Theory]
    [InlineData("none")]
    [InlineData("brotli")]
    [InlineData("zstd")]
    public void Records(string name)
    {
        Codec codec = Codecs.Parse(name);
        if (!Codecs.IsAvailable(codec))
        {
            return;
        }

        using RecordCompany company = new(codec, Codecs.DefaultLevel(codec));
        using Decompressor decompressor = new();
        Run(
            FormatGenerators.Blocks.ScaleSize(size => size / 4),
            false,
            blocks =>
            {
                company.Clear();
                foreach (byte[] block in blocks)
                {
                    company.Add(BlockHasher.Compute(VtHashName.Sha256, block), block);
                }

                return company.Encode(RecordShape.Plain).ToArray()[DataFileFormat.PrefixLength..^RecordShape.Plain.TailLength];
            },
            (bytes, _) =>
            {
                List<(VtHash Hash, int Length)> heads = [];
                RecordBody body = RecordBody.Read(bytes, VtHashName.Sha256, heads);
                byte[] plain = new byte[body.PlainLength];
                decompressor.Decompress(body.Codec, body.Payload, plain);
                int at = 0;
                return [.. heads.Select(head => plain[at..(at += head.Length)])];
            });
    }

    [Fact]
    public void Headers() => Run(
        FormatGenerators.Id.Zip(FormatGenerators.Id),
        false,
        ids =>
        {
            byte[] header = new byte[DataFileFormat.HeaderLength];
            DataFileFormat.WriteHeader(header, VtHashName.Sha256, DataFileContent.Trees, 7, ids.Item1, ids.Item2);
            return header;
        },
        (bytes, ids) => (ids.Item1, DataFileFormat.CheckHeader(bytes, ids.Item1, VtHashName.Sha256)));

    [Fact]
    public void StoreConfigs() => Run(FormatGenerators.Config, true, config => config.ToBytes(), bytes => StoreConfig.Parse(bytes, "memory"));

    [Fact]
    public void Backups() => Run(FormatGenerators.Backup(Store).ScaleSize(size => size / 4), true, BackupRecord.Write, (bytes, backup) => BackupRecord.Read(bytes, backup.Id, Store));

    [Fact]
    public void Amendments()
    {
        Gen<(VtBackup, VtBackup)> pairs = FormatGenerators.Backup(Store).ScaleSize(size => size / 4).Zip(
            FormatGenerators.Flag(), (backup, pinned) => (backup, backup.With([.. backup.SourcePath], backup.UserName.Length == 0 ? null : backup.UserName, pinned)));
        Run(
            pairs,
            true,
            pair => BackupRecord.WriteAmendment(pair.Item2.Id, 3, pair.Item2.Tag, pair.Item2.Comment, pair.Item2.Pinned),
            (bytes, pair) => (pair.Item1, BackupRecord.ApplyAmendment(bytes, pair.Item1, 3)));
    }

    [Fact]
    public void Leases() => Run(
        FormatGenerators.Id.Zip(FormatGenerators.Id.ListOf()),
        true,
        lease => LeaseRecord.WriteBeat(lease.Item1, 4, [.. lease.Item2.Select(id => $"{StoreNames.Trash}{id}.json").Order(StringComparer.Ordinal).Distinct()]),
        (bytes, lease) =>
        {
            MemoryStorage storage = new();
            storage.Put(StoreNames.Lease(lease.Item1.ToString()), [0]);
            storage.Put(StoreNames.Beat(lease.Item1.ToString(), 4), bytes);

            // On another thread: what waits here would keep the runner from going on with what is waited for.
            LeaseBook.StandingLease standing = Assert.Single(Task.Run(() => LeaseBook.ListAsync(storage, default)).GetAwaiter().GetResult());
            List<DataFileId> trash = [];
            foreach (string name in standing.Trash)
            {
                // A beat that cannot be understood has noted nothing, and one that was changed may name anything.
                trash.Add(DataFileId.TryParse(name.Replace(StoreNames.Trash, string.Empty, StringComparison.Ordinal).Replace(".json", string.Empty, StringComparison.Ordinal), out DataFileId id) ? id : default);
            }

            return (standing.Id, trash);
        },
        lease => (lease.Item1, lease.Item2.Select(id => id.ToString()).Order(StringComparer.Ordinal).Distinct()));

    [Fact]
    public void TrashObjects() => Run(
        FormatGenerators.Id.ListOf(), true, TrashRecord.Write, bytes => [.. TrashRecord.Read(TrashRecord.NewName(), bytes, "memory").Files]);

    [Fact]
    public void KeySlots() => Run(FormatGenerators.Slot, true, slot => slot.ToBytes(), (bytes, slot) => KeySlot.Parse(slot.Id, bytes));

    private delegate T Parser<T>(ref ByteReader reader);

    private static Func<T, byte[]> Write<T>(Action<ByteWriter, T> write) => value =>
    {
        ByteWriter writer = new();
        write(writer, value);
        return writer.Written.ToArray();
    };

    private static Func<byte[], T> Read<T>(Parser<T> read) => bytes =>
    {
        ByteReader reader = new(bytes);
        return read(ref reader);
    };

    private void Run<T>(Gen<T> values, bool isJson, Func<T, byte[]> write, Func<byte[], T> read) => Run(values, isJson, write, (bytes, _) => read(bytes));

    /// <summary>Writes, reads and writes again; then reads what was written with a change in it.</summary>
    private void Run<T>(Gen<T> values, bool isJson, Func<T, byte[]> write, Func<byte[], T, T> parse, Func<T, object>? describe = null)
    {
        const int Batch = 100;
        describe ??= value => value!;
        int cases = Batch * LongRun.Count(4, 100);
        int read = 0;
        int refused = 0;
        Random random = new(LongRun.Seed);
        for (int done = 0; done < cases; done += Batch)
        {
            foreach (T value in values.Sample(Batch, new Rnd((ulong)(LongRun.Seed + done)), 5 + (done / Batch % 40)))
            {
                byte[] bytes = write(value);
                T again = parse([.. bytes], value);
                Assert.Equal(Description.Of(describe(value)), Description.Of(describe(again)));
                Assert.Equal(bytes, write(again));
                byte[] changed = isJson ? Mutation.OfJson(random, bytes) : Mutation.OfBytes(random, bytes);
                try
                {
                    read++;
                    parse(changed, value);
                }
                catch (Exception e) when (e is InvalidDataException or VtException)
                {
                    refused++;
                }
                catch (Exception e)
                {
                    Assert.Fail($"Seed {LongRun.Seed}: {e}\n{Convert.ToHexString(changed)}");
                }
            }
        }

        Assert.Equal(cases, read);
        output.WriteLine($"{cases} values came back, {cases} changed ones were read, {refused} of them refused");
    }
}
