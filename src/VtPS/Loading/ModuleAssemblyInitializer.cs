using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace VtPS.Loading;

/// <summary>
/// Called by PowerShell when the module is imported and removed. An import adds one handler, which is asked only for assemblies
/// that nobody else has found, and reads nothing from the disk.
/// </summary>
public sealed class ModuleAssemblyInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly Lock Gate = new();

    // How many runspaces of this process have the module: the load context is the process's, so this is too.
    private static int _imports;

    /// <inheritdoc/>
    public void OnImport()
    {
        lock (Gate)
        {
            if (_imports++ == 0)
            {
                AssemblyLoadContext.Default.Resolving += Resolve;
            }
        }
    }

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        lock (Gate)
        {
            if (_imports > 0 && --_imports == 0)
            {
                AssemblyLoadContext.Default.Resolving -= Resolve;
            }
        }
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) => DependencyLoadContext.Instance.TryLoad(name);
}
