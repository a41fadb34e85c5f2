using System.Security.Cryptography;
using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class BlockTests : Workplace
{
    private readonly byte[] _content = RandomBytes(3, 700_000);

    public BlockTests()
    {
        MakeStore(1);
    }

    [Fact]
    public void An_item_has_its_blocks_in_order()
    {
        JsonElement blocks = Succeed("block", "--backup", "latest:src/sub/deep/c.bin", "--store", StorePath, "--json").Json;

        long offset = 0;
        foreach (JsonElement block in blocks.EnumerateArray())
        {
            int length = block.GetProperty("Length").GetInt32();
            Assert.Equal(offset, block.GetProperty("Offset").GetInt64());
            Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(_content.AsSpan((int)offset, length))), block.GetProperty("Hash").GetString());
            Assert.True(block.GetProperty("IsPresent").GetBoolean());
            offset += length;
        }

        Assert.Equal(_content.Length, offset);
    }

    [Fact]
    public void A_hash_gives_its_block_and_its_bytes()
    {
        string hash = Succeed("block", "--backup", "latest:src/sub/deep/c.bin", "--store", StorePath, "--json").Json[0].GetProperty("Hash").GetString()!;

        JsonElement block = Assert.Single(Succeed("block", hash, "--store", StorePath, "--json").Json.EnumerateArray());
        VtRun bytes = Succeed("block", hash, "--as-byte-stream", "--store", StorePath);

        Assert.Equal(hash, block.GetProperty("Hash").GetString());
        Assert.Equal(_content[..block.GetProperty("Length").GetInt32()], bytes.OutputBytes);
    }

    [Fact]
    public void The_bytes_of_an_item_are_its_content_runs_and_literals_included()
    {
        byte[] content = [.. RandomBytes(4, 300_000), .. new byte[5_000_000], .. "end"u8];
        WriteFile("src/mixed", content);
        BackUp("src/mixed");

        VtRun run = Succeed("block", "--backup", "latest:mixed", "--as-byte-stream", "--store", StorePath);

        Assert.True(content.AsSpan().SequenceEqual(run.OutputBytes));
    }

    [Fact]
    public void A_live_file_is_cut_and_nothing_is_stored()
    {
        WriteFile("fresh", RandomBytes(77, 400_000));
        string before = Snapshot("store");

        JsonElement known = Succeed("block", "--path", "src/sub/deep/c.bin", "--store", StorePath, "--json").Json;
        JsonElement fresh = Succeed("block", "--path", "fresh", "--store", StorePath, "--json").Json;

        Assert.All(known.EnumerateArray(), block => Assert.True(block.GetProperty("IsPresent").GetBoolean()));
        Assert.All(fresh.EnumerateArray(), block => Assert.False(block.GetProperty("IsPresent").GetBoolean()));
        Assert.Equal(before, Snapshot("store"));
    }

    [Fact]
    public void A_backups_blocks_are_among_the_Stores()
    {
        string[] all = Hashes("block", "--store", StorePath, "--json");
        string[] needed = Hashes("block", "--backup", "latest", "--store", StorePath, "--json");

        Assert.NotEmpty(needed);
        Assert.Equal(needed.Length, needed.Distinct().Count());
        Assert.Empty(needed.Except(all));
    }

    [Fact]
    public void A_hash_that_the_Store_does_not_have_is_an_error()
    {
        VtRun run = Vt("block", "sha256:" + new string('0', 64), "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["BlockNotFound"], run.ErrorIds);
    }

    [Fact]
    public void A_hash_of_another_function_is_wrong_usage()
    {
        VtRun run = Vt("block", "sha512:" + new string('0', 128), "--store", StorePath);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["InvalidHash"], run.ErrorIds);
    }

    private string[] Hashes(params string[] words) =>
        [.. Succeed(words).Json.EnumerateArray().Select(block => block.GetProperty("Hash").GetString()).OfType<string>()];
}
