using Xunit;

namespace VtPS.Engine.Tests.IO;

/// <summary>A test of what only Unix file systems have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Not on Windows.";
        }
    }
}
