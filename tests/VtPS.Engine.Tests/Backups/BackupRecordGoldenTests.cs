using System.Text;
using VtPS.Engine.Backups;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>The bytes of backups and their amendments, as docs/format.md has them.</summary>
public sealed class BackupRecordGoldenTests
{
    private const string Id = "000102030405060708090a0b0c0d0e0f";
    private const string Hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private const string Full =
        $"{{\"id\":\"{Id}\",\"host\":\"ham\",\"user\":\"me\",\"subset\":\"home\",\"sources\":[\"/home\",\"/odd\\\\xff\"],\"sourceRoot\":\"/\",\"tags\":[\"a\",\"b\"],\"comment\":\"Größe\","
        + $"\"status\":\"CompleteWithErrors\",\"started\":\"2026-01-02T03:04:05.123Z\",\"ended\":\"2026-01-02T03:05:06Z\",\"root\":\"hash:sha256:{Hash}:3\",\"sideCar\":\"literal:0200\",\"basedOn\":[\"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\"],"
        + "\"counts\":{\"files\":1,\"directories\":2,\"others\":3,\"filesNew\":4,\"filesChanged\":5,\"filesUnchanged\":6,\"filesChangedWhileRead\":7,\"denied\":8,\"vanished\":9,\"failed\":10,\"sockets\":11,\"excluded\":12,\"notCaptured\":13,"
        + "\"bytesTotal\":14,\"bytesRead\":15,\"bytesNew\":16,\"bytesStored\":17,\"blocksNew\":18,\"dataBlocksNew\":19,\"blocksKnown\":20},\"version\":\"0.1.0\",\"checksum\":\"xxh3:d36048b8696cad36\"}\n";

    private const string Bare =
        $"{{\"id\":\"{Id}\",\"host\":\"ham\",\"user\":\"me\",\"subset\":\"home\",\"sources\":[],\"tags\":[],\"status\":\"Interrupted\",\"started\":\"2026-01-02T03:04:05.123Z\",\"ended\":\"2026-01-02T03:05:06Z\",\"root\":\"literal:\",\"basedOn\":[],"
        + "\"counts\":{\"files\":0,\"directories\":0,\"others\":0,\"filesNew\":0,\"filesChanged\":0,\"filesUnchanged\":0,\"filesChangedWhileRead\":0,\"denied\":0,\"vanished\":0,\"failed\":0,\"sockets\":0,\"excluded\":0,\"notCaptured\":0,"
        + "\"bytesTotal\":0,\"bytesRead\":0,\"bytesNew\":0,\"bytesStored\":0,\"blocksNew\":0,\"dataBlocksNew\":0,\"blocksKnown\":0},\"version\":\"0.1.0\",\"checksum\":\"xxh3:f1c0362279aabf03\"}\n";

    private const string Amendment = $"{{\"id\":\"{Id}\",\"number\":\"3\",\"tags\":[\"x\"],\"comment\":\"why\",\"pinned\":true,\"checksum\":\"xxh3:e1e28f2e94a20e2c\"}}\n";

    private static readonly VtStore Store = new() { Path = "/store", StoreId = "5", HashName = "sha256", Compression = "zstd" };

    [Fact]
    public void ABackupWithEverything()
    {
        VtBackup backup = new()
        {
            Id = Id,
            Store = "/store",
            StoreId = "5",
            HostName = "ham",
            UserName = "me",
            Subset = "home",
            SourcePath = ["/home", "/odd\\xff"],
            SourceRoot = "/"u8.ToArray(),
            Tag = ["a", "b"],
            Comment = "Größe",
            Status = VtBackupStatus.CompleteWithErrors,
            StartTime = new DateTime(2026, 1, 2, 3, 4, 5, 123, DateTimeKind.Utc).ToLocalTime(),
            EndTime = new DateTime(2026, 1, 2, 3, 5, 6, DateTimeKind.Utc).ToLocalTime(),
            Root = $"hash:sha256:{Hash}:3",
            SideCar = VtBlockReference.OfLiteral([2, 0]),
            BasedOn = ["f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"],
            FileCount = 1,
            DirectoryCount = 2,
            OtherCount = 3,
            FilesNew = 4,
            FilesChanged = 5,
            FilesUnchanged = 6,
            FilesChangedWhileRead = 7,
            ItemsDenied = 8,
            ItemsVanished = 9,
            ItemsFailed = 10,
            SocketsIgnored = 11,
            ItemsExcluded = 12,
            MetadataNotCaptured = 13,
            BytesTotal = 14,
            BytesRead = 15,
            BytesNew = 16,
            BytesStored = 17,
            BlocksNew = 18,
            DataBlocksNew = 19,
            BlocksKnown = 20,
            ProgramVersion = "0.1.0",
        };
        Assert.Equal(Full, Encoding.UTF8.GetString(BackupRecord.Write(backup)));
        VtBackup read = BackupRecord.Read(Encoding.UTF8.GetBytes(Full), Id, Store);
        Assert.Equal(Full, Encoding.UTF8.GetString(BackupRecord.Write(read)));
        Assert.Equal((backup.StartTime, backup.EndTime, DateTimeKind.Local), (read.StartTime, read.EndTime, read.StartTime.Kind));
        Assert.Equal(("/store", "5", 20L, false), (read.Store, read.StoreId, read.BlocksKnown, read.Pinned));
    }

    [Fact]
    public void ABackupWithoutWhatMayBeMissing()
    {
        VtBackup backup = new()
        {
            Id = Id,
            Store = "/store",
            StoreId = "5",
            HostName = "ham",
            UserName = "me",
            Subset = "home",
            SourcePath = [],
            Status = VtBackupStatus.Interrupted,
            StartTime = new DateTime(2026, 1, 2, 3, 4, 5, 123, DateTimeKind.Utc).ToLocalTime(),
            EndTime = new DateTime(2026, 1, 2, 3, 5, 6, DateTimeKind.Utc).ToLocalTime(),
            Root = "literal:",
            ProgramVersion = "0.1.0",
        };
        Assert.Equal(Bare, Encoding.UTF8.GetString(BackupRecord.Write(backup)));
        VtBackup read = BackupRecord.Read(Encoding.UTF8.GetBytes(Bare), Id, Store);
        Assert.Equal((null, null, null, VtBackupStatus.Interrupted), (read.SourceRoot, read.Comment, read.SideCar, read.Status));
        Assert.Equal(Bare, Encoding.UTF8.GetString(BackupRecord.Write(read)));
    }

    [Fact]
    public void AnAmendment()
    {
        Assert.Equal(Amendment, Encoding.UTF8.GetString(BackupRecord.WriteAmendment(Id, 3, ["x"], "why", true)));
        VtBackup backup = BackupRecord.Read(Encoding.UTF8.GetBytes(Full), Id, Store);
        VtBackup amended = BackupRecord.ApplyAmendment(Encoding.UTF8.GetBytes(Amendment), backup, 3);
        Assert.Equal(("x", "why", true), (Assert.Single(amended.Tag), amended.Comment, amended.Pinned));
        Assert.Equal((backup.Id, backup.Root, "a"), (amended.Id, amended.Root, backup.Tag[0]));
        Assert.Throws<InvalidDataException>(() => BackupRecord.ApplyAmendment(Encoding.UTF8.GetBytes(Amendment), backup, 4));
    }

    [Fact]
    public void TheRecordOfAnotherBackupIsRefused() =>
        Assert.Throws<InvalidDataException>(() => BackupRecord.Read(Encoding.UTF8.GetBytes(Full), "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", Store));
}
