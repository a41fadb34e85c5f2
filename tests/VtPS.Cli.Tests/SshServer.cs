using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace VtPS.Cli.Tests;

/// <summary>A private sshd on a high port of this machine's loopback, with keys of its own, and an ssh that knows them and nothing else.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal sealed class SshServer : IDisposable
{
    private static readonly string[] Places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"];

    private readonly Process _process;

    /// <param name="folder">An empty folder for keys and settings.</param>
    public SshServer(string folder)
    {
        Directory.CreateDirectory(folder);
        Port = FreePort();
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "host"));
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "user"));
        File.Copy(Path.Combine(folder, "user.pub"), Path.Combine(folder, "authorized"));
        string hostKey = string.Join(' ', File.ReadAllText(Path.Combine(folder, "host.pub")).Split(' ').Take(2));
        File.WriteAllText(Path.Combine(folder, "known"), $"[127.0.0.1]:{Port} {hostKey}\n");
        File.WriteAllText(
            Path.Combine(folder, "sshd_config"),
            $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {folder}/host
            AuthorizedKeysFile {folder}/authorized
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PidFile none

            """);
        File.WriteAllText(
            Path.Combine(folder, "ssh_config"),
            $"""
            Host *
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

        ProcessStartInfo start = new(Find()!) { RedirectStandardError = true };
        foreach (string argument in new[] { "-D", "-e", "-f", Path.Combine(folder, "sshd_config") })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        WaitUntilItListens();
    }

    public int Port { get; }

    /// <summary>The ssh program to use.</summary>
    public string Client { get; }

    /// <summary>sshd's path, where both it and ssh are here.</summary>
    public static string? Find() => OperatingSystem.IsLinux() && (File.Exists("/usr/bin/ssh") || File.Exists("/usr/local/bin/ssh")) ? Array.Find(Places, File.Exists) : null;

    /// <summary>The address of a path by this server.</summary>
    public string Address(string path) => string.Create(CultureInfo.InvariantCulture, $"ssh://127.0.0.1:{Port}{path}");

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private void WaitUntilItListens()
    {
        for (int i = 0; i < 200; i++)
        {
            Assert.False(_process.HasExited, "sshd has ended.");
            try
            {
                using TcpClient probe = new("127.0.0.1", Port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }

        Assert.Fail("sshd does not listen.");
    }
}
