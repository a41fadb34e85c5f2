using VtPS.Engine.Stores;
using VtPS.Sqlite;

namespace VtPS.Cli.Stores;

/// <summary>Chooses the index that vt works with.</summary>
internal static class IndexFactory
{
    /// <summary>The index over SQLite in the user's cache folder.</summary>
    public static IBlockIndexFactory Create() => new SqliteBlockIndexFactory();
}
