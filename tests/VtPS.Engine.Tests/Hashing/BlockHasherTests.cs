using System.Text;
using VtPS.Engine.Hashing;
using Xunit;

namespace VtPS.Engine.Tests.Hashing;

public sealed class BlockHasherTests
{
    // FIPS 180-4 and FIPS 202 examples, as NIST publishes them.
    [Theory]
    [InlineData("sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData("sha512", "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData("sha3-256", "", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a")]
    [InlineData("sha3-256", "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    public void The_published_examples_hash_as_published(string function, string text, string hex)
    {
        Assert.True(VtHashNames.TryParse(function, out VtHashName name));
        if (!BlockHasher.IsSupported(name))
        {
            Assert.Equal(VtHashName.Sha3_256, name);
            return;
        }

        VtHash hash = BlockHasher.Compute(name, Encoding.ASCII.GetBytes(text));
        Assert.Equal($"{function}:{hex}", hash.ToString());

        byte[] destination = new byte[VtHashNames.Size(name)];
        BlockHasher.Compute(name, Encoding.ASCII.GetBytes(text), destination);
        Assert.Equal(hash.ToByteArray(), destination);
    }

    [Fact]
    public void A_destination_of_the_wrong_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => BlockHasher.Compute(VtHashName.Sha256, "abc"u8, new byte[33]));
        Assert.Throws<ArgumentException>(() => BlockHasher.Compute(VtHashName.Sha512, "abc"u8, new byte[32]));
    }

    [Fact]
    public void An_unknown_function_is_not_supported() => Assert.False(BlockHasher.IsSupported((VtHashName)99));

    [Fact]
    public void Hashing_into_a_destination_allocates_nothing()
    {
        byte[] data = new byte[4096];
        byte[] destination = new byte[32];
        BlockHasher.Compute(VtHashName.Sha256, data, destination);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            BlockHasher.Compute(VtHashName.Sha256, data, destination);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
