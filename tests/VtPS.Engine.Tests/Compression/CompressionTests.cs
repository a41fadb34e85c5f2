using System.Text;
using VtPS.Engine.Compression;
using Xunit;

namespace VtPS.Engine.Tests.Compression;

public sealed class CompressionTests
{
    public static TheoryData<string> CodecNames => [.. Codecs.All.Where(name => Codecs.IsAvailable(Codecs.Parse(name)))];

    [Theory]
    [MemberData(nameof(CodecNames))]
    public void What_was_compressed_comes_back_at_every_level_and_length(string name)
    {
        Codec codec = Codecs.Parse(name);
        (int lowest, int highest) = Codecs.Levels(codec);
        using Decompressor decompressor = new();
        for (int level = lowest; level <= highest; level++)
        {
            using Compressor compressor = new(codec, level);
            foreach (int length in new[] { 0, 1, 2, 100, 4096, 100_000 })
            {
                byte[] source = Text(length);
                byte[] compressed = new byte[Compressor.Bound(codec, length)];
                int count = compressor.Compress(source, compressed);
                byte[] plain = new byte[length];
                decompressor.Decompress(codec, compressed.AsSpan(0, count), plain);
                Assert.Equal(source, plain);
                if (codec != Codec.None && length >= 4096)
                {
                    Assert.InRange(count, 1, length / 2);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(CodecNames))]
    public void Random_bytes_never_need_more_than_the_bound(string name)
    {
        Codec codec = Codecs.Parse(name);
        using Compressor compressor = new(codec, Codecs.DefaultLevel(codec));
        using Decompressor decompressor = new();
        Random random = new(1);
        foreach (int length in new[] { 1, 10, 1000, 131071, 131072, 131073, 3_000_000 })
        {
            byte[] source = new byte[length];
            random.NextBytes(source);
            byte[] compressed = new byte[Compressor.Bound(codec, length)];
            int count = compressor.Compress(source, compressed);
            Assert.InRange(count, 1, compressed.Length);
            byte[] plain = new byte[length];
            decompressor.Decompress(codec, compressed.AsSpan(0, count), plain);
            Assert.True(source.AsSpan().SequenceEqual(plain));
        }
    }

    [Theory]
    [MemberData(nameof(CodecNames))]
    public void What_does_not_fit_is_said_so_and_nothing_is_written_beyond(string name)
    {
        Codec codec = Codecs.Parse(name);
        using Compressor compressor = new(codec, Codecs.DefaultLevel(codec));
        byte[] source = new byte[10_000];
        new Random(1).NextBytes(source);
        byte[] guarded = new byte[12_000];
        guarded.AsSpan().Fill(0xA5);
        Assert.Equal(0, compressor.Compress(source, guarded.AsSpan(1000, 9_999)));
        Assert.Equal(0, compressor.Compress(source, []));
        Assert.False(guarded.AsSpan(0, 1000).ContainsAnyExcept((byte)0xA5));
        Assert.False(guarded.AsSpan(10_999).ContainsAnyExcept((byte)0xA5));

        // It can be used again after that.
        byte[] compressed = new byte[Compressor.Bound(codec, source.Length)];
        Assert.NotEqual(0, compressor.Compress(source, compressed));
    }

    [Theory]
    [MemberData(nameof(CodecNames))]
    public void A_wrong_announced_length_is_refused(string name)
    {
        Codec codec = Codecs.Parse(name);
        byte[] compressed = Compress(codec, Text(5000));
        using Decompressor decompressor = new();
        foreach (int announced in new[] { 0, 1, 4999, 5001, 1_000_000 })
        {
            byte[] guarded = new byte[announced + 64];
            guarded.AsSpan().Fill(0xA5);
            Assert.Throws<InvalidDataException>(() => decompressor.Decompress(codec, compressed, guarded.AsSpan(0, announced)));
            Assert.False(guarded.AsSpan(announced).ContainsAnyExcept((byte)0xA5));
        }

        byte[] plain = new byte[5000];
        decompressor.Decompress(codec, compressed, plain);
        Assert.Equal(Text(5000), plain);
    }

    [Theory]
    [MemberData(nameof(CodecNames))]
    public void What_is_cut_off_or_followed_by_more_is_refused(string name)
    {
        Codec codec = Codecs.Parse(name);
        byte[] compressed = Compress(codec, Text(3000));
        byte[] plain = new byte[3000];
        using Decompressor decompressor = new();
        foreach (int length in new[] { 0, 1, compressed.Length / 2, compressed.Length - 1 })
        {
            Assert.Throws<InvalidDataException>(() => decompressor.Decompress(codec, compressed.AsSpan(0, length), plain));
        }

        Assert.Throws<InvalidDataException>(() => decompressor.Decompress(codec, [.. compressed, 0], plain));
        if (codec != Codec.None)
        {
            Assert.Throws<InvalidDataException>(() => decompressor.Decompress(codec, [], []));
        }
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("brotli")]
    public void Damage_is_refused_or_gives_the_announced_length_and_never_writes_outside(string name)
    {
        Codec codec = Codecs.Parse(name);
        if (!Codecs.IsAvailable(codec))
        {
            return;
        }

        byte[] compressed = Compress(codec, Text(20_000));
        byte[] guarded = new byte[20_064];
        Random random = new(7);
        using Decompressor decompressor = new();
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = (byte[])compressed.Clone();
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            guarded.AsSpan(20_000).Fill(0xA5);
            try
            {
                decompressor.Decompress(codec, damaged, guarded.AsSpan(0, 20_000));
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            Assert.False(guarded.AsSpan(20_000).ContainsAnyExcept((byte)0xA5));
        }

        Assert.NotEqual(0, refused);
        byte[] plain = new byte[20_000];
        decompressor.Decompress(codec, compressed, plain);
        Assert.Equal(Text(20_000), plain);
    }

    [Fact]
    public void A_foreign_zstd_frame_is_read()
    {
        if (!Codecs.IsAvailable(Codec.Zstd))
        {
            return;
        }

        // RFC 8878: magic, a single segment of 5 bytes, one last raw block "hello".
        byte[] frame = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x05, 0x29, 0x00, 0x00, (byte)'h', (byte)'e', (byte)'l', (byte)'l', (byte)'o'];
        byte[] plain = new byte[5];
        using Decompressor decompressor = new();
        decompressor.Decompress(Codec.Zstd, frame, plain);
        Assert.Equal("hello", Encoding.ASCII.GetString(plain));
    }

    [Fact]
    public void A_disposed_one_is_not_used()
    {
        Compressor compressor = new(Codec.Brotli, 1);
        compressor.Dispose();
        compressor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => compressor.Compress([1], new byte[10]));
        Decompressor decompressor = new();
        decompressor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => decompressor.Decompress(Codec.None, [1], new byte[1]));
    }

    private static byte[] Compress(Codec codec, byte[] source)
    {
        using Compressor compressor = new(codec, Codecs.DefaultLevel(codec));
        byte[] destination = new byte[Compressor.Bound(codec, source.Length)];
        return destination[..compressor.Compress(source, destination)];
    }

    private static byte[] Text(int length)
    {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++)
        {
            text[i] = (byte)("The quick brown fox"[i % 19] + (i / 190 % 3));
        }

        return text;
    }
}
