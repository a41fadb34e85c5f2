namespace VtPS.Cli.Tests;

/// <summary>A test that needs Linux; where this is not Linux it is skipped.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "needs Linux";
        }
    }
}
