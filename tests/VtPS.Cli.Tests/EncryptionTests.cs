namespace VtPS.Cli.Tests;

public sealed class EncryptionTests : Workplace
{
    [Fact]
    public void A_password_file_makes_and_opens_an_encrypted_Store()
    {
        WriteFile("tree/letter.txt", "dear reader");
        WriteFile("password", "correct horse\n");
        WriteFile("wrong", "wrong horse\n");
        Assert.True(Succeed("init", "--store", StorePath, "--password-file", "password", "--json").Json.GetProperty("IsEncrypted").GetBoolean());
        Succeed("backup", At("tree"), "--store", StorePath, "--password-file", "password");
        Succeed("restore", "latest", "--to", At("out"), "--store", StorePath, "--password-file", At("password"));
        Assert.Equal("dear reader", File.ReadAllText(At("out/tree/letter.txt")));

        VtRun none = Vt("backups", "--store", StorePath);
        Assert.Equal(12, none.ExitCode);
        Assert.Equal(["PasswordRequired"], none.ErrorIds);

        VtRun wrong = Vt("backups", "--store", StorePath, "--password-file", "wrong");
        Assert.Equal(12, wrong.ExitCode);
        Assert.Equal(["PasswordIncorrect"], wrong.ErrorIds);
    }

    [Fact]
    public void The_environment_and_the_registered_name_give_the_key_file()
    {
        WriteFile("tree/letter.txt", "dear reader");
        File.WriteAllBytes(At("key"), System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        Succeed("init", "--store", StorePath, "--key-file", "key", "--name", "nightly");
        Succeed("backup", At("tree"), "--store", "nightly");
        SetEnvironment("XDG_CONFIG_HOME", At("elsewhere"));
        Assert.Equal(12, Vt("backups", "--store", StorePath).ExitCode);
        SetEnvironment("VT_KEY_FILE", At("key"));
        Succeed("backups", "--store", StorePath);
    }

    [Fact]
    public void A_secret_for_a_plain_Store_is_refused()
    {
        MakeStore();
        WriteFile("password", "correct horse\n");
        Assert.Equal(["InvalidArgument"], Vt("backups", "--store", StorePath, "--password-file", "password").ErrorIds);
        SetEnvironment("VT_PASSWORD_FILE", At("password"));
        Assert.Equal(["InvalidArgument"], Vt("backups", "--store", StorePath).ErrorIds);
    }

    [Fact]
    public void A_client_that_has_seen_the_Store_encrypted_refuses_it_plain()
    {
        WriteFile("password", "correct horse\n");
        Succeed("init", "--store", StorePath, "--password-file", "password");
        Succeed("backups", "--store", StorePath, "--password-file", "password");
        Succeed("init", "--store", At("plain"));

        // The id of the right one in a plain store.json, its checksum made anew.
        string config = Path.Combine(StorePath, "store.json");
        string text = File.ReadAllText(config).Replace("\"encryption\"", string.Empty, StringComparison.Ordinal);
        string body = text[..text.IndexOf(",\"checksum\"", StringComparison.Ordinal)];
        File.WriteAllText(config, $"{body},\"checksum\":\"xxh3:{Hash(body):x16}\"}}\n");
        VtRun run = Vt("backups", "--store", StorePath);
        Assert.Equal(10, run.ExitCode);
        Assert.Equal(["NotAStore"], run.ErrorIds);
        Assert.Contains("encrypted", run.Error, StringComparison.Ordinal);
    }

    private static ulong Hash(string text) => VtPS.Engine.Hashing.Checksum.Xxh3(System.Text.Encoding.UTF8.GetBytes(text));
}
