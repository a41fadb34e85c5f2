using System.Text;
using System.Xml.Linq;
using Xunit;

namespace VtPS.Module.Tests;

/// <summary>
/// Runs Pester files in real PowerShell, each in a process of its own. Classes run beside each other and the tests of one class do not: two classes, each with
/// a lane of the files, keep two processors busy.
/// </summary>
public abstract class PesterRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vtps-pester-");

    /// <inheritdoc/>
    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Fails with what the file's failed tests say.</summary>
    protected void AssertPasses(string file)
    {
        string result = Path.Combine(_folder.FullName, "result.xml");
        (int? exitCode, string output) = PowerShellHost.Run(
            ["-File", Path.Combine(PesterFiles.Folder, "Invoke-PesterFile.ps1"), "-Path", Path.Combine(PesterFiles.Folder, file), "-ResultPath", result],
            Environment(),
            Patience);
        Assert.True(exitCode is not null, $"{file} was stopped after {Patience}.\n{output}");
        Assert.True(File.Exists(result), $"{file} gave no result; pwsh ended with {exitCode}.\n{output}");
        XDocument report = XDocument.Load(result);
        Assert.True(exitCode == 0, Failures(report, output));
        int total = (int)report.Root!.Attribute("total")!;
        Assert.True(total > 0, $"{file} has no tests.\n{output}");
    }

    private Dictionary<string, string?> Environment() => new()
    {
        ["LANG"] = "en_US.UTF-8",
        ["LC_ALL"] = null,
        ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
        ["VT_CONFIG"] = Path.Combine(_folder.FullName, "config.json"),
        ["VT_CACHE"] = Path.Combine(_folder.FullName, "cache"),
        ["VT_STORE"] = null,
        ["TMPDIR"] = _folder.FullName,
        ["NO_COLOR"] = "1",
    };

    private static string Failures(XDocument report, string output)
    {
        StringBuilder text = new();
        foreach (XElement test in report.Descendants("test-case").Where(test => (string?)test.Attribute("result") is not ("Success" or "Ignored" or "Inconclusive" or "NotRun")))
        {
            text.AppendLine((string?)test.Attribute("name"));
            text.AppendLine("    " + (string?)test.Element("failure")?.Element("message"));
        }

        return text.Length == 0 ? output : text.ToString();
    }
}
