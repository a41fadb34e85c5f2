using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace VtPS.Cli.Tests;

/// <summary>
/// An ssh that reaches a private sshd with keys of its own and nothing else. That ssh starts an sshd for each connection and speaks with it over its input and output:
/// there is no port that could be taken by another, and no service that could not be ready or refuse.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class SshServer
{
    /// <summary>The port to name: the host key is known for it alone, and an ssh that is not given it does not trust the host.</summary>
    public const int Port = 2222;

    private static readonly string[] Places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"];

    /// <param name="folder">An empty folder for keys and settings.</param>
    public SshServer(string folder)
    {
        Directory.CreateDirectory(folder);
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "host"));
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "user"));
        string hostKey = string.Join(' ', File.ReadAllText(Path.Combine(folder, "host.pub")).Split(' ').Take(2));
        File.WriteAllText(Path.Combine(folder, "known"), $"[127.0.0.1]:{Port} {hostKey}\n");
        File.WriteAllText(
            Path.Combine(folder, "sshd_config"),
            $"""
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/user.pub
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no

            """);
        File.WriteAllText(
            Path.Combine(folder, "ssh_config"),
            $"""
            Host *
                ProxyCommand {Find()} -i -f {folder}/sshd_config -E {folder}/log
                IdentityFile {folder}/user
                IdentitiesOnly yes
                UserKnownHostsFile {folder}/known
                GlobalKnownHostsFile none

            """);
        Client = Path.Combine(folder, "ssh");
        File.WriteAllText(Client, $"#!/bin/sh\nexec ssh -F '{folder}/ssh_config' \"$@\"\n");
        File.SetUnixFileMode(Client, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Environment.UserName == "root")
        {
            Directory.CreateDirectory("/run/sshd");
        }
    }

    /// <summary>The ssh program to use.</summary>
    public string Client { get; }

    /// <summary>sshd's path, where both it and ssh are here.</summary>
    public static string? Find() => OperatingSystem.IsLinux() && (File.Exists("/usr/bin/ssh") || File.Exists("/usr/local/bin/ssh")) ? Array.Find(Places, File.Exists) : null;

    /// <summary>The address of a path by this server.</summary>
    public static string Address(string path) => string.Create(CultureInfo.InvariantCulture, $"ssh://127.0.0.1:{Port}{path}");

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
