using Xunit;

namespace VtPS.Engine.Tests.Restores;

/// <summary>A test with several inputs of what only Unix file systems have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Not on Windows.";
        }
    }
}
