using System.Text;
using FsCheck;
using FsCheck.Fluent;
using VtPS.Engine.Backups;
using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Encryption;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Generators of everything that a Store's formats can say, the ends of every range among them.</summary>
internal static class FormatGenerators
{
    private static readonly Gen<int> Digit = Gen.Choose(0, int.MaxValue);

    public static Gen<ulong> Number { get; } = Gen.OneOf(
        Gen.Choose(0, 300).Select(i => (ulong)i),
        Gen.Choose(0, 63).Select(i => 1UL << i),
        Gen.Choose(0, 63).Select(i => (1UL << i) - 1),
        Digit.Zip(Digit, (a, b) => ((ulong)a << 33) ^ (ulong)b),
        Gen.Constant(ulong.MaxValue));

    public static Gen<long> Length { get; } = Number.Select(n => (long)(n & long.MaxValue));

    public static Gen<byte[]> Bytes { get; } = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf();

    public static Gen<string> Text { get; } = Gen.OneOf(
        Gen.Elements(string.Empty, "plain", "\u00e4\u6587\ud83d\ude00", "\"\\\r\n\t\0\u007f\u2028", "</script>&'+"),
        Gen.Choose(1, 0xd7ff).ArrayOf().Select(codes => string.Concat(codes.Select(char.ConvertFromUtf32))));

    public static Gen<DataFileId> Id { get; } = Fixed(16).Select(bytes => DataFileId.Read(bytes));

    public static Gen<VtHash> Hash { get; } = Fixed(32).Select(bytes => new VtHash(VtHashName.Sha256, bytes));

    public static Gen<VtBlockReference> Reference { get; } = Gen.OneOf(
        HashOfAny().Zip(Length, VtBlockReference.OfHash),
        HashOfAny().Zip(Length, VtBlockReference.OfIndirect),
        Gen.Choose(0, 255).Zip(Length, (value, length) => VtBlockReference.OfRun((byte)value, Math.Max(1, length))),
        Bytes.Select(bytes => VtBlockReference.OfLiteral(bytes.AsSpan(0, Math.Min(bytes.Length, VtBlockReference.MaximumLiteral)))));

    public static Gen<FileTime> Time { get; } = Number.Zip(Gen.Choose(0, 999_999_999), (seconds, nanoseconds) => new FileTime((long)seconds, nanoseconds));

    public static Gen<SideEntry> Side { get; } =
        from trusted in Flag()
        from hasTime in Flag()
        from time in Time
        from inode in Number
        from below in Reference.OrNull()
        select new SideEntry(trusted, hasTime ? time : null, inode, below);

    public static Gen<TreeEntry> Entry { get; } =
        from name in Name()
        from type in Gen.Choose((int)VtItemType.File, (int)VtItemType.BlockDevice)
        from content in Reference
        from numbers in Number.ArrayOf(6)
        from owner in Text.OrNull()
        from time in Time
        from target in Bytes
        from grouped in Flag()
        from hash in Hash
        from attributes in Attributes()
        from flags in Gen.Choose(0, 3)
        from unknown in Bytes
        select new TreeEntry
        {
            Name = name,
            Type = (VtItemType)type,
            Mode = (int)(numbers[0] & 0xfff),
            UserId = (uint)numbers[1],
            GroupId = (uint)numbers[2],
            UserName = owner,
            GroupName = owner is { Length: > 3 } ? owner[..2] : null,
            Modified = time,
            Size = type == (int)VtItemType.File ? content.Length : 0,
            Content = type <= (int)VtItemType.Directory ? content : null,
            LinkTarget = type == (int)VtItemType.SymbolicLink ? target : null,
            DeviceMajor = type >= (int)VtItemType.CharacterDevice ? (uint)numbers[3] : 0,
            DeviceMinor = type >= (int)VtItemType.CharacterDevice ? (uint)numbers[4] : 0,
            LinkGroup = grouped ? hash.ToByteArray() : null,
            ExtendedAttributes = attributes,
            Sparse = (flags & 1) != 0,
            ChangedWhileRead = (flags & 2) != 0,
            WindowsAttributes = (uint)numbers[5],
            UnknownFields = unknown.Length == 0 ? [] : [(17 + unknown[0], unknown), (1000 + unknown.Length, [])],
        };

    /// <summary>Records as a trailer lists them, from the first on without a gap.</summary>
    public static Gen<List<IndexedRecord>> Trailer { get; } =
        (from length in Gen.Choose(DataFileFormat.PrefixLength + 1, DataFileFormat.MaximumRecord)
         from blocks in Hash.Zip(Gen.Choose(0, 4096), (hash, size) => (hash, size)).ArrayOf()
         select (length, blocks)).ListOf().Select(pieces =>
         {
             List<IndexedRecord> records = [];
             long offset = DataFileFormat.HeaderLength;
             foreach ((int length, (VtHash, int)[] blocks) in pieces)
             {
                 records.Add(new IndexedRecord(offset, length, blocks));
                 offset += length;
             }

             return records;
         });

    /// <summary>The contents of a record's blocks: at least one, and some of them easy to compress.</summary>
    public static Gen<byte[][]> Blocks { get; } =
        Gen.OneOf(Bytes, Bytes.Zip(Gen.Choose(1, 500), (bytes, times) => Enumerable.Repeat(bytes, times).SelectMany(b => b).ToArray())).NonEmptyListOf().Select(blocks => blocks.ToArray());

    public static Gen<StoreConfig> Config { get; } =
        from id in Id
        from hash in Gen.Elements(VtHashName.Sha256, VtHashName.Sha512, VtHashName.Sha3_256)
        from average in Gen.Choose(12, 23)
        from codec in Gen.Elements(Codec.None, Codec.Zstd, Codec.Brotli)
        from level in Gen.Choose(0, 1)
        from created in Moment()
        from description in Text.OrNull()
        from encrypted in Flag()
        select new StoreConfig
        {
            Id = id.ToString(),
            HashName = hash,
            Chunker = ChunkerParameters.Create(1 << average, null, null),
            Codec = codec,
            Level = level == 0 ? Codecs.Levels(codec).Lowest : Codecs.Levels(codec).Highest,
            Created = created,
            Description = description,
            IsEncrypted = encrypted,
        };

    public static Gen<KeySlot> Slot { get; } =
        from id in Id
        from key in Id
        from epoch in Gen.Choose(1, int.MaxValue)
        from iterations in Gen.Choose(0, KeyWrap.MaximumIterations)
        from created in Moment()
        from salt in Fixed(KeyWrap.SaltLength)
        from wrapped in Fixed(48)
        select new KeySlot
        {
            Id = id.ToString(),
            Kind = iterations == 0 ? SecretKind.KeyFile : SecretKind.Password,
            Epoch = (uint)epoch,
            KeyId = key.ToString(),
            Iterations = iterations,
            Created = created,
            Salt = salt,
            Wrapped = wrapped,
        };

    /// <summary>Backups of a Store of this id.</summary>
    public static Gen<VtBackup> Backup(VtStore store) =>
        from id in Id
        from texts in Text.ArrayOf(5)
        from lists in Text.ArrayOf().ArrayOf(3)
        from comment in Text.OrNull()
        from status in Gen.Elements(Enum.GetValues<VtBackupStatus>())
        from times in Moment().ArrayOf(2)
        from references in Reference.ArrayOf(2)
        from counts in Length.ArrayOf(20)
        from flags in Gen.Choose(0, 15)
        from root in Bytes
        select new VtBackup
        {
            Id = id.ToString(),
            Store = store.Path,
            StoreId = store.StoreId,
            HostName = texts[0],
            UserName = texts[1],
            Subset = texts[2],
            SourcePath = lists[0],
            SourceRoot = root.Length == 0 ? null : root,
            Rules = new BackupRules { Exclude = lists[1], ExcludeCaches = (flags & 1) != 0, ExcludeLargerThan = (flags & 2) != 0 ? counts[0] : null, OneFileSystem = (flags & 4) != 0 },
            Tag = lists[2],
            Comment = comment,
            Status = status,
            StartTime = times[0],
            EndTime = times[1],
            Root = references[0].ToString(),
            SideCar = (flags & 8) != 0 ? references[1] : null,
            BasedOn = [id.ToString()],
            FileCount = counts[0],
            DirectoryCount = counts[1],
            OtherCount = counts[2],
            FilesNew = counts[3],
            FilesChanged = counts[4],
            FilesUnchanged = counts[5],
            FilesChangedWhileRead = counts[6],
            ItemsDenied = counts[7],
            ItemsVanished = counts[8],
            ItemsFailed = counts[9],
            SocketsIgnored = counts[10],
            ItemsExcluded = counts[11],
            MetadataNotCaptured = counts[12],
            BytesTotal = counts[13],
            BytesRead = counts[14],
            BytesNew = counts[15],
            BytesStored = counts[16],
            BlocksNew = counts[17],
            DataBlocksNew = counts[18],
            BlocksKnown = counts[19],
            ProgramVersion = texts[3],
        };

    public static Gen<bool> Flag() => Gen.Elements(false, true);

    private static Gen<byte[]> Fixed(int length) => Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(length);

    private static Gen<VtHash> HashOfAny() => Gen.OneOf(
        Hash, Fixed(64).Select(bytes => new VtHash(VtHashName.Sha512, bytes)), Fixed(32).Select(bytes => new VtHash(VtHashName.Sha3_256, bytes)));

    private static Gen<byte[]> Name() => Gen.OneOf(
        Gen.Elements("...", "a", " ", "-", "~").Select(Encoding.UTF8.GetBytes),
        Gen.Choose(1, 255).Select(i => i == '/' ? (byte)'_' : (byte)i).NonEmptyListOf().Select(bytes => bytes.ToArray()).Where(name => !name.AsSpan().SequenceEqual("."u8) && !name.AsSpan().SequenceEqual(".."u8)));

    private static Gen<ExtendedAttribute[]> Attributes() =>
        Bytes.Zip(Bytes, (name, value) => new ExtendedAttribute(name, value)).ArrayOf().ScaleSize(size => size / 8);

    private static Gen<DateTime> Moment() => Digit.Zip(Digit, (a, b) =>
        new DateTime((((long)a << 31) | (long)b) % (DateTime.MaxValue.Ticks - (4 * TimeSpan.TicksPerDay)) + (2 * TimeSpan.TicksPerDay), DateTimeKind.Utc));
}
