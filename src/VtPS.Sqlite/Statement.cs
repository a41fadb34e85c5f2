using SQLitePCL;

namespace VtPS.Sqlite;

/// <summary>A prepared statement. After use it is reset, so that it holds no read transaction open.</summary>
internal sealed class Statement : IDisposable
{
    private readonly Database _database;
    private readonly sqlite3_stmt _handle;

    public Statement(Database database, sqlite3_stmt handle)
    {
        _database = database;
        _handle = handle;
    }

    /// <summary>Binds a parameter, counted from 1.</summary>
    public Statement Bind(int parameter, long value)
    {
        _database.Check(raw.sqlite3_bind_int64(_handle, parameter, value));
        return this;
    }

    /// <summary>Binds a copy of the bytes to a parameter, counted from 1.</summary>
    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        _database.Check(raw.sqlite3_bind_blob(_handle, parameter, value));
        return this;
    }

    /// <summary>Goes to the next row; false, and reset, at the end.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(_handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        raw.sqlite3_reset(_handle);
        _database.Check(code);
        return false;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>A column of the present row, counted from 0.</summary>
    public long Number(int column) => raw.sqlite3_column_int64(_handle, column);

    /// <summary>A column of the present row; the bytes hold until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_handle, column);

    /// <summary>A column of the present row.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string() ?? "";

    /// <summary>Ends the present run of the statement.</summary>
    public void Reset() => raw.sqlite3_reset(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
