using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Stores that version 0.1 wrote, kept in tests/fixtures/store-0.1: every later version lists, checks and restores them, and gives the very same bytes.</summary>
public sealed class KeptStoreTests
{
    [UnixTheory]
    [InlineData("plain", false)]
    [InlineData("encrypted", true)]
    public async Task AStoreOfVersion01IsListedCheckedAndRestored(string name, bool encrypted)
    {
        using TempFolder temp = new();
        string kept = Folder();
        Copy(Path.Combine(kept, name), temp.Combine("store"));
        StoreAddress address = new(temp.Combine("store")) { Credentials = encrypted ? new StoreCredentials { KeyFile = Path.Combine(kept, "key") } : null };
        await using StoreSession session = await StoreSession.OpenAsync(address, new MemoryBlockIndexFactory(), CancellationToken.None);
        Assert.Empty(session.Damage);
        List<VtBackup> backups = await BackupCatalog.ReadAllAsync(session, e => throw e, CancellationToken.None);
        Assert.Equal(["first", "second"], backups.OrderBy(b => b.StartTime).Select(b => b.Comment));
        Assert.All(backups, b => Assert.Equal(("fixture", "host"), (b.Subset, b.HostName)));
        VtTestResult result = Assert.Single(await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, CancellationToken.None));
        Assert.Equal(VtTestKind.Passed, result.Kind);
        foreach (VtBackup backup in backups)
        {
            string to = temp.Combine(backup.Comment!);
            RecordingObserver observer = new();
            await RestoreOperation.RunAsync(
                session,
                new RestoreRequest { Selections = [new RestoreSelection(backup, [])], Destination = Encoding.UTF8.GetBytes(to), NumericId = true },
                observer,
                CancellationToken.None);
            Assert.Empty(observer.Errors);
            Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(kept, backup.Comment + ".txt")), Describe(to));
        }
    }

    /// <summary>A line for each path: what it is, its mode, its time, its length and the hash of its content.</summary>
    internal static string[] Describe(string folder)
    {
        List<string> lines = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            FileInfo info = new(path);
            string what = info.LinkTarget is { } target ? $"-> {target}"
                : info.Attributes.HasFlag(FileAttributes.Directory) ? "directory"
                : $"file {info.Length} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}";
            string mode = info.LinkTarget is null && !OperatingSystem.IsWindows() ? Convert.ToString((int)File.GetUnixFileMode(path), 8) : "-";
            lines.Add($"{Path.GetRelativePath(folder, path)} {mode} {info.LastWriteTimeUtc:O} {what}");
        }

        return [.. lines];
    }

    internal static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../fixtures/store-0.1"));

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
