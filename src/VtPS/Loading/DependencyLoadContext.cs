using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace VtPS.Loading;

/// <summary>
/// The module's own load context: what lies in <c>dependencies/</c> beside VtPS.dll is loaded here and nowhere else,
/// so that it neither meets nor binds to the versions that PowerShell or other modules have loaded.
/// </summary>
internal sealed class DependencyLoadContext : AssemblyLoadContext
{
    private readonly string _folder;

    private DependencyLoadContext(string folder)
        : base("VtPS")
    {
        _folder = folder;
    }

    /// <summary>The one of this process; made at first use, reads nothing until an assembly is asked for.</summary>
    public static DependencyLoadContext Instance { get; } = new(
        Path.Combine(Path.GetDirectoryName(typeof(DependencyLoadContext).Assembly.Location)!, "dependencies"));

    /// <summary>Loads an assembly if it is one of the dependencies; null if it is not.</summary>
    public Assembly? TryLoad(AssemblyName name)
    {
        string path = Path.Combine(_folder, name.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) => TryLoad(assemblyName);

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (string runtime in NativeRuntimes())
        {
            string folder = Path.Combine(_folder, "runtimes", runtime, "native");
            foreach (string file in NativeNames(unmanagedDllName))
            {
                string path = Path.Combine(folder, file);
                if (File.Exists(path) && NativeLibrary.TryLoad(path, out nint library))
                {
                    return library;
                }
            }
        }

        return 0;
    }

    /// <summary>The runtimes whose native libraries may fit this process, the likeliest first.</summary>
    private static string[] NativeRuntimes()
    {
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        if (OperatingSystem.IsWindows())
        {
            return ["win-" + architecture];
        }

        if (OperatingSystem.IsMacOS())
        {
            return ["osx-" + architecture];
        }

        // A library for the other C library fails to load, and the next one is tried.
        return RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
            || RuntimeInformation.RuntimeIdentifier.Contains("alpine", StringComparison.Ordinal)
            ? ["linux-musl-" + architecture, "linux-" + architecture]
            : ["linux-" + architecture, "linux-musl-" + architecture];
    }

    private static string[] NativeNames(string name) =>
        OperatingSystem.IsWindows() ? [name + ".dll", name]
        : OperatingSystem.IsMacOS() ? ["lib" + name + ".dylib", name + ".dylib", name]
        : ["lib" + name + ".so", name + ".so", name];
}
