using VtPS.Engine.Stores;
using VtPS.Sqlite;
using Xunit;

namespace VtPS.Engine.Tests.Index;

/// <summary>A fresh cache folder and the indexes opened in it.</summary>
internal sealed class IndexHome : IAsyncDisposable
{
    public const string StoreId = "0123456789abcdef0123456789abcdef";

    private readonly IndexKind _kind;
    private readonly List<IBlockIndex> _open = [];

    public IndexHome(IndexKind kind)
    {
        _kind = kind;
        Folder = Path.Combine(Path.GetTempPath(), "vtps-index-" + Guid.NewGuid().ToString("N"));
    }

    public string Folder { get; }

    public string DatabasePath => Path.Combine(Folder, StoreId + ".sqlite");

    /// <summary>Opens an index; one that must be on disk shows at its end that it was.</summary>
    public IBlockIndex Open(VtHashName hashName = VtHashName.Sha256)
    {
        IBlockIndex index = _kind == IndexKind.Memory ? new MemoryBlockIndexFactory().Open(StoreId, hashName) : OpenDatabase(hashName);
        _open.Add(index);
        return index;
    }

    /// <summary>Opens an index that must be the one on disk.</summary>
    public SqliteBlockIndex OpenDatabase(VtHashName hashName = VtHashName.Sha256) => Assert.IsType<SqliteBlockIndex>(OpenAny(hashName));

    /// <summary>Opens whatever index can be had in the folder.</summary>
    public IBlockIndex OpenAny(VtHashName hashName = VtHashName.Sha256) => new SqliteBlockIndexFactory(Folder).Open(StoreId, hashName);

    public async ValueTask CloseAsync()
    {
        foreach (IBlockIndex index in _open)
        {
            Assert.True(index is not SqliteBlockIndex { IsPersistent: false });
            await index.DisposeAsync();
        }

        _open.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
