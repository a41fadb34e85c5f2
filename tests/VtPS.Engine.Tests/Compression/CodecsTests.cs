using VtPS.Engine.Compression;
using Xunit;

namespace VtPS.Engine.Tests.Compression;

public sealed class CodecsTests
{
    [Theory]
    [InlineData("zstd", 1)]
    [InlineData("ZSTD", 1)]
    [InlineData("brotli", 2)]
    [InlineData("None", 0)]
    public void A_name_is_read_in_either_case(string text, byte number)
    {
        Assert.Equal(number, (byte)Codecs.Parse(text));
        Assert.Equal(text.ToLowerInvariant(), Codecs.Text((Codec)number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    [InlineData("1")]
    public void Another_name_is_refused_and_the_message_lists_those_there_are(string text)
    {
        VtException e = Assert.Throws<VtException>(() => Codecs.Parse(text));
        Assert.Equal(VtErrorId.InvalidArgument, e.ErrorId);
        Assert.Contains("zstd, brotli, none", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zstd", 0)]
    [InlineData("zstd", 20)]
    [InlineData("brotli", -1)]
    [InlineData("brotli", 12)]
    [InlineData("none", 1)]
    public void A_level_out_of_range_is_refused(string name, int level)
    {
        VtException e = Assert.Throws<VtException>(() => new Compressor(Codecs.Parse(name), level));
        Assert.Equal(VtErrorId.InvalidArgument, e.ErrorId);
    }

    [Fact]
    public async Task Without_libzstd_brotli_is_the_default_and_zstd_says_what_to_install()
    {
        // In a flow of its own, so that no other test sees it.
        await Task.Run(() =>
        {
            Codecs.HideZstd = true;
            Assert.False(Codecs.IsAvailable(Codec.Zstd));
            Assert.Equal(Codec.Brotli, Codecs.Default);
            VtException e = Assert.Throws<VtException>(() => new Compressor(Codec.Zstd, 3));
            Assert.Equal(VtErrorId.CodecUnavailable, e.ErrorId);
            using Decompressor decompressor = new();
            e = Assert.Throws<VtException>(() => decompressor.Decompress(Codec.Zstd, [1, 2, 3], new byte[1]));
            Assert.Equal(VtErrorId.CodecUnavailable, e.ErrorId);
            Assert.Matches("libzstd1|brew install zstd|libzstd.dll", e.Message);
        });
        Assert.Equal(ZstdLibrary.Instance is not null, Codecs.IsAvailable(Codec.Zstd));
    }

    [Fact]
    public void A_library_that_is_not_there_or_is_another_one_is_not_loaded()
    {
        Assert.Null(ZstdLibrary.TryLoad(["libnothing-of-this-name.so.1"]));
        if (OperatingSystem.IsLinux())
        {
            Assert.Null(ZstdLibrary.TryLoad(["libc.so.6"]));
        }
    }

    [Fact]
    public void An_unknown_codec_in_a_record_is_an_error_that_says_so()
    {
        using Decompressor decompressor = new();
        VtException e = Assert.Throws<VtException>(() => decompressor.Decompress((Codec)77, [1], new byte[1]));
        Assert.Equal(VtErrorId.CodecUnavailable, e.ErrorId);
        Assert.Contains("77", e.Message, StringComparison.Ordinal);
    }
}
