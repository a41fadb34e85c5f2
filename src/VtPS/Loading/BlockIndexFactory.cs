using System.Reflection;
using VtPS.Engine.Stores;

namespace VtPS.Loading;

/// <summary>Finds the index over SQLite, which VtPS.dll does not reference, in the module's own load context.</summary>
internal static class BlockIndexFactory
{
    private const string AssemblyName = "VtPS.Sqlite";
    private const string TypeName = "VtPS.Sqlite.SqliteBlockIndexFactory";

    /// <summary>A factory whose cache folder is the one that the environment names now; its assembly is loaded at first use.</summary>
    public static IBlockIndexFactory Create()
    {
        Assembly assembly = DependencyLoadContext.Instance.LoadFromAssemblyName(new AssemblyName(AssemblyName));
        Type type = assembly.GetType(TypeName, throwOnError: true)!;
        return (IBlockIndexFactory)Activator.CreateInstance(type, nonPublic: true)!;
    }
}
