using System.Buffers.Binary;
using VtPS.Engine.Backups;
using VtPS.Engine.Encryption;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>What is sealed opens in its place alone, and not with one bit changed.</summary>
public sealed class SealTests
{
    private static KeyRing Ring(string id = "0123456789abcdef0123456789abcdef") => new(id, EpochKey.Draw(1), [], 1, new Dictionary<string, byte[]>());

    [Fact]
    public void AnObjectOpensUnderItsOwnNameAlone()
    {
        KeyRing ring = Ring();
        byte[] sealedBytes = ObjectSeal.Close(ring, "backups/a.json", "content"u8);
        Assert.Equal("content"u8, ObjectSeal.Open(ring, "backups/a.json", sealedBytes));
        Assert.Throws<InvalidDataException>(() => ObjectSeal.Open(ring, "backups/b.json", sealedBytes));
        Assert.Throws<InvalidDataException>(() => ObjectSeal.Open(ring, "trash/a.json", sealedBytes));
        Assert.Throws<InvalidDataException>(() => ObjectSeal.Open(Ring(), "backups/a.json", sealedBytes));
        Assert.Throws<InvalidDataException>(() => ObjectSeal.Open(ring, "backups/a.json", "{\"id\":1}"u8));
        Assert.Throws<InvalidDataException>(() => ObjectSeal.Open(ring.Current, "another Store", "backups/a.json", sealedBytes));
    }

    [Fact]
    public void EveryBitOfASealedObjectCounts()
    {
        KeyRing ring = Ring();
        byte[] sealedBytes = ObjectSeal.Close(ring, "backups/a.json", new byte[100]);
        for (int i = 0; i < sealedBytes.Length * 8; i++)
        {
            byte[] changed = [.. sealedBytes];
            changed[i / 8] ^= (byte)(1 << (i % 8));
            Assert.Throws<InvalidDataException>(() => ObjectSeal.Open(ring, "backups/a.json", changed));
        }

        for (int length = 0; length < sealedBytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => ObjectSeal.Open(ring, "backups/a.json", sealedBytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void TheSameContentIsNeverSealedToTheSameBytes()
    {
        KeyRing ring = Ring();
        Assert.NotEqual(ObjectSeal.Close(ring, "backups/a.json", "content"u8), ObjectSeal.Close(ring, "backups/a.json", "content"u8));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(9, 10)]
    [InlineData(1000, 1024)]
    [InlineData(1 << 20, 1 << 20)]
    [InlineData((1 << 20) + 1, (1 << 20) + (1 << 15))]
    public void LengthsArePaddedAsPadmeSays(int length, int padded) => Assert.Equal(padded, PaddedLength.Of(length));

    [Fact]
    public void PaddingNeverShortensAndStaysUnderAnEighth()
    {
        int last = 0;
        for (int length = 0; length < 9 << 20; length += 1 + (length / 97))
        {
            int padded = PaddedLength.Of(length);
            Assert.InRange(padded, Math.Max(length, last), length + (length / 8) + 1);
            Assert.True(length < 1 << 20 || padded <= length * 1.032);
            last = padded;
        }
    }

    [Fact]
    public async Task AFlippedByteAnywhereInTheDataIsFoundAndNeverGivesWrongBytes()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        foreach (string file in home.Files("data"))
        {
            byte[] right = File.ReadAllBytes(file);
            int step = Math.Max(1, right.Length / 40);
            for (int at = 0; at < right.Length; at = at < 120 ? at + 7 : at + step)
            {
                byte[] wrong = [.. right];
                wrong[at] ^= 0x10;
                File.WriteAllBytes(file, wrong);

                // Found when the Store is opened (header, trailer, closing bytes), or when what stands there is read.
                await using StoreSession session = await home.OpenAsync();
                bool found = session.Damage.Count > 0 || !await ReadsAsync(session);
                Assert.True(found, $"A flip at {at} of {file} was not found.");
            }

            File.WriteAllBytes(file, right);
        }

        Assert.Empty(await home.RestoreAsync(backup));
    }

    [Fact]
    public async Task AFileWithADamagedHeaderGivesItsRecordsAllTheSame()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        foreach (string file in home.Files("data"))
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[40] ^= 1;
            File.WriteAllBytes(file, bytes);
        }

        Assert.Empty(await home.RestoreAsync(backup));
    }

    [Fact]
    public async Task AHeaderThatSomeoneChangedIsFoundThoughItsChecksumFits()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await home.BackupAsync();
        foreach (int at in (int[])[11, 40])
        {
            string file = home.Files("data")[0];
            byte[] right = File.ReadAllBytes(file);
            byte[] wrong = [.. right];
            wrong[at] ^= 3;
            BinaryPrimitives.WriteUInt64LittleEndian(wrong.AsSpan(56), Checksum.Xxh3(wrong.AsSpan(0, 56)));
            File.WriteAllBytes(file, wrong);
            await using StoreSession session = await home.OpenAsync();
            Assert.NotEmpty(session.Damage);
            File.WriteAllBytes(file, right);
        }
    }

    [Fact]
    public async Task SwappedDataFilesOpenNothing()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await home.BackupAsync();
        string[] files = home.Files("data");
        Assert.Equal(2, files.Length);
        byte[] first = File.ReadAllBytes(files[0]);
        byte[] second = File.ReadAllBytes(files[1]);

        // With the ids in their headers made to fit their new names.
        foreach ((string file, byte[] content) in ((string, byte[])[])[(files[0], second), (files[1], first)])
        {
            DataFileId.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), out DataFileId id);
            byte[] moved = [.. content];
            id.Write(moved.AsSpan(16));
            BinaryPrimitives.WriteUInt64LittleEndian(moved.AsSpan(56), Checksum.Xxh3(moved.AsSpan(0, 56)));
            File.WriteAllBytes(file, moved);
        }

        await using StoreSession session = await home.OpenAsync();
        Assert.NotEmpty(session.Damage);
        Assert.Equal(0, session.Index.CountBlocks());
    }

    [Fact]
    public async Task SwappedRecordsOfAFileDoNotOpen()
    {
        KeyRing ring = Ring();
        SealedFileSeals seals = new(ring);
        DataFileId file = DataFileId.New();
        byte[] header = new byte[DataFileFormat.HeaderLength];
        DataFileFormat.WriteHeader(header, VtHashName.Sha256, DataFileContent.Files, 1, file, DataFileId.New());
        RecordSeal seal = seals.ForNewFile(file, header);
        byte[] record = new byte[DataFileFormat.PrefixLength + 64 + 16];
        seal.WritePrefix(record, 5, 64);
        seal.Close(record);
        byte[] right = [.. record];
        Assert.True(seal.TryOpen(right));
        byte[] renumbered = [.. record];
        seal.WritePrefix(renumbered, 6, 64);
        Assert.False(seal.TryOpen(renumbered));
        byte[] asTrailer = [.. record];
        seal.WritePrefix(asTrailer, DataFileFormat.TrailerNumber, 64);
        Assert.False(seal.TryOpen(asTrailer));
        Assert.Equal(-1, seal.ReadPrefix(Prefixed(PlainRecordSeal.Instance, record), 5));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task PlainObjectsInAnEncryptedStoreAreRefused()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        string id = DataFileId.New().ToString();
        File.WriteAllBytes(System.IO.Path.Combine(home.Path, StoreNames.Backup(id)), CheckedJson.Write(writer => writer.WriteString("id", id)));
        await using StoreSession session = await home.OpenAsync();
        List<VtException> damaged = [];
        Assert.Equal(backup.Id, Assert.Single(await BackupCatalog.ReadAllAsync(session, damaged.Add, CancellationToken.None)).Id);
        Assert.Contains("not sealed", Assert.Single(damaged).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABackupPutUnderAnotherNameIsRefused()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        string id = DataFileId.New().ToString();
        File.Copy(System.IO.Path.Combine(home.Path, StoreNames.Backup(backup.Id)), System.IO.Path.Combine(home.Path, StoreNames.Backup(id)));
        await using StoreSession session = await home.OpenAsync();
        List<VtException> damaged = [];
        Assert.Single(await BackupCatalog.ReadAllAsync(session, damaged.Add, CancellationToken.None));
        Assert.Single(damaged);
    }

    private static byte[] Prefixed(RecordSeal seal, byte[] record)
    {
        byte[] other = [.. record];
        seal.WritePrefix(other, 5, 64);
        return other;
    }

    /// <summary>Whether every block can be read; what is read has its hash.</summary>
    private static async Task<bool> ReadsAsync(StoreSession session)
    {
        foreach ((VtHash hash, _) in session.Index.Enumerate())
        {
            try
            {
                await session.Blocks.GetAsync(hash, CancellationToken.None);
            }
            catch (VtException)
            {
                return false;
            }
        }

        return true;
    }
}
