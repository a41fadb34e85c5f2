using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace VtPS.Cli.Tests;

/// <summary>A fresh folder for one test, with a home of its own, so that no test sees another's cache or names.</summary>
public abstract class Workplace : IDisposable
{
    private readonly Dictionary<string, string?> _environment;

    protected Workplace()
    {
        Folder = Directory.CreateTempSubdirectory("vt-cli-").FullName;
        StorePath = At("store");
        _environment = new()
        {
            ["HOME"] = At("home"),
            ["XDG_CACHE_HOME"] = At("home/.cache"),
            ["XDG_CONFIG_HOME"] = At("home/.config"),
            ["LOCALAPPDATA"] = At("home/local"),
            ["APPDATA"] = At("home/roaming"),
            ["VT_STORE"] = null,
            ["VT_KEY_FILE"] = null,
            ["VT_PASSWORD_FILE"] = null,
            ["VT_CONFIG"] = null,
            ["VT_CACHE"] = null,
            ["DOTNET_ROOT"] = Path.GetDirectoryName(VtProcess.Host),
        };
        Directory.CreateDirectory(At("home"));
    }

    /// <summary>The test's folder.</summary>
    protected string Folder { get; }

    /// <summary>Where the test's Store is to be.</summary>
    protected string StorePath { get; set; }

    protected string At(string path) => Path.Combine(Folder, path);

    protected void SetEnvironment(string name, string? value) => _environment[name] = value;

    /// <summary>Starts vt in the test's folder.</summary>
    internal VtProcess Start(params string[] arguments) =>
        VtProcess.Start(VtProcess.Host, [VtProcess.Program, .. arguments], Folder, _environment);

    /// <summary>Runs vt in the test's folder.</summary>
    internal VtRun Vt(params string[] arguments) => VtWithInput([], arguments);

    internal VtRun VtWithInput(byte[] input, params string[] arguments)
    {
        using VtProcess process = VtProcess.Start(VtProcess.Host, [VtProcess.Program, .. arguments], Folder, _environment, input);
        return process.Wait();
    }

    /// <summary>Runs a shell script in the test's folder; <c>$VT</c> runs vt.</summary>
    internal VtRun Shell(string script)
    {
        using VtProcess process = VtProcess.Start(
            "/bin/sh", ["-c", script], Folder, new Dictionary<string, string?>(_environment) { ["VT"] = $"{VtProcess.Host} {VtProcess.Program}" });
        return process.Wait();
    }

    /// <summary>Runs vt and expects it to succeed.</summary>
    internal VtRun Succeed(params string[] arguments)
    {
        VtRun run = Vt(arguments);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal("", run.Error);
        return run;
    }

    /// <summary>Gives the test an empty Store.</summary>
    protected void MakeStore() => MakeStore(0);

    /// <summary>Gives the test a Store with so many backups of the small tree, and that tree at <c>src</c>.</summary>
    /// <returns>The ids of the backups, oldest first; see <see cref="PreparedStore"/>.</returns>
    protected string[] MakeStore(int backups)
    {
        PreparedStore store = PreparedStore.With(backups);
        store.WriteTo(At("src"), StorePath);
        return store.Ids;
    }

    /// <summary>Backs up and gives the backup's id.</summary>
    protected string BackUp(params string[] arguments)
    {
        VtRun run = Succeed(["backup", "--store", StorePath, "--json", .. arguments]);
        return run.Json.GetProperty("Id").GetString()!;
    }

    protected void WriteFile(string path, string content) => WriteFile(path, Encoding.UTF8.GetBytes(content));

    protected void WriteFile(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), content);
    }

    /// <summary>A small tree with known content at <c>src</c>.</summary>
    protected void WriteTree()
    {
        WriteFile("src/a.txt", "alpha\n");
        WriteFile("src/sub/b.txt", "beta\n");
        WriteFile("src/sub/deep/c.bin", RandomBytes(3, 700_000));
        WriteFile("src/empty", "");
    }

    /// <summary>Waits up to a minute until something is so.</summary>
    protected static void WaitFor(Func<bool> condition)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "What the test waits for did not come.");
            Thread.Sleep(20);
        }
    }

    protected static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Every file below a folder with a digest of its content, to compare folders and to see that nothing changed.</summary>
    protected string Snapshot(string path)
    {
        string top = At(path);
        if (!Directory.Exists(top))
        {
            return "(none)";
        }

        StringBuilder text = new();
        string[] entries = Directory.GetFileSystemEntries(top, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
        Array.Sort(entries, StringComparer.Ordinal);
        foreach (string entry in entries)
        {
            text.Append(Path.GetRelativePath(top, entry));
            if (File.Exists(entry))
            {
                text.Append(' ').Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(entry)).AsSpan(0, 8)));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cleanup();
        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(Folder, recursive: true);
        }
        else
        {
            // .NET cannot remove what has a name that is not UTF-8.
            using System.Diagnostics.Process remove = System.Diagnostics.Process.Start("rm", ["-rf", Folder]);
            remove.WaitForExit();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>What a test has to take back before its folder is removed.</summary>
    protected virtual void Cleanup()
    {
    }
}
