using Xunit;

namespace VtPS.Cli.Tests;

/// <summary>A test that needs ssh and sshd (of OpenSSH) on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SshdFactAttribute : FactAttribute
{
    public SshdFactAttribute()
    {
        if (OperatingSystem.IsWindows() || SshServer.Find() is null)
        {
            Skip = "This machine has no sshd and ssh (package openssh-server): what goes over ssh is not tested here.";
        }
    }
}
