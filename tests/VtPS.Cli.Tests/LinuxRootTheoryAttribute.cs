namespace VtPS.Cli.Tests;

/// <summary>A theory that needs Linux and the user root; elsewhere it is skipped.</summary>
public sealed class LinuxRootTheoryAttribute : TheoryAttribute
{
    public LinuxRootTheoryAttribute() => Skip = new LinuxRootFactAttribute().Skip;
}
