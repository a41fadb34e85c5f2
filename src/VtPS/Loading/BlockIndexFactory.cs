using System.Reflection;
using VtPS.Engine.Stores;

namespace VtPS.Loading;

/// <summary>Finds the index over SQLite, which VtPS.dll does not reference, in the module's own load context.</summary>
internal static class BlockIndexFactory
{
    private const string AssemblyName = "VtPS.Sqlite";
    private const string TypeName = "VtPS.Sqlite.SqliteBlockIndexFactory";

    private static readonly Lazy<IBlockIndexFactory> Factory = new(Load);

    /// <summary>The factory; its assembly is loaded at first use.</summary>
    public static IBlockIndexFactory Instance => Factory.Value;

    private static IBlockIndexFactory Load()
    {
        Assembly assembly = DependencyLoadContext.Instance.LoadFromAssemblyName(new AssemblyName(AssemblyName));
        Type type = assembly.GetType(TypeName, throwOnError: true)!;
        return (IBlockIndexFactory)Activator.CreateInstance(type, nonPublic: true)!;
    }
}
