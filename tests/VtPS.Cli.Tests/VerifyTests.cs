using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class VerifyTests : Workplace
{
    private readonly string _id;

    public VerifyTests()
    {
        _id = MakeStore(1)[0];
    }

    [Fact]
    public void A_whole_Store_is_exit_code_0_and_one_row()
    {
        Assert.StartsWith("Passed: ", Succeed("verify", "--store", StorePath).Output);
        JsonElement json = Succeed("verify", "--store", StorePath, "--data", "--json").Json;
        Assert.Equal("Passed", Assert.Single(json.EnumerateArray()).GetProperty("Kind").GetString());
        Assert.Contains("random sample of 50 %", Succeed("verify", "--store", StorePath, "--sample", "50").Output);
        Assert.Contains("in 1 backups", Succeed("verify", "--store", StorePath, "--backup", "latest").Output);
    }

    [Fact]
    public void Damage_is_exit_code_4_with_the_paths_that_it_touches()
    {
        string file = Directory.GetFiles(Path.Combine(StorePath, "data"), "*.vtd", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        byte[] bytes = File.ReadAllBytes(file);
        bytes[5000] ^= 1;
        File.Delete(file);
        File.WriteAllBytes(file, bytes);

        Succeed("verify", "--store", StorePath);
        VtRun run = Vt("verify", "--store", StorePath, "--data");
        VtRun json = Vt("verify", "--store", StorePath, "--data", "--json");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("\n    src/sub/deep/c.bin\n", run.Output);
        Assert.Contains(_id, run.Output);
        Assert.Equal(4, json.ExitCode);
        Assert.Equal("RecordDamaged", json.Json[0].GetProperty("Kind").GetString());
        Assert.True(json.Json[0].GetProperty("IsDamage").GetBoolean());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    [InlineData("x")]
    public void A_sample_that_is_none_is_exit_code_2(string percent) => Assert.Equal(2, Vt("verify", "--store", StorePath, "--sample", percent).ExitCode);

    [Fact]
    public void What_is_no_Store_is_exit_code_10() => Assert.Equal(10, Vt("verify", "--store", At("nothing")).ExitCode);
}
