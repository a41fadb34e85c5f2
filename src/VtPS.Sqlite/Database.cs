using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace VtPS.Sqlite;

/// <summary>A connection to a database file. Used by one thread at a time; every failure is a <see cref="SqliteFailure"/>.</summary>
internal sealed class Database : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];

    private Database(SqliteConnection connection)
    {
        _connection = connection;
        _handle = connection.Handle!;
    }

    /// <summary>Opens a file that is there. The statements go past ADO.NET to the handle: they run hundreds of thousands of times a second.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="busyMilliseconds">How long to wait for other processes.</param>
    public static Database Open(string path, int busyMilliseconds)
    {
        SqliteConnectionStringBuilder options = new() { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false };
        SqliteConnection connection = new(options.ConnectionString);
        try
        {
            connection.Open();
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new SqliteFailure(e.SqliteErrorCode, $"SQLite cannot open '{path}' (result {e.SqliteErrorCode}).");
        }

        raw.sqlite3_busy_timeout(connection.Handle, busyMilliseconds);
        return new Database(connection);
    }

    /// <summary>Prepares a statement that is disposed with the connection.</summary>
    public Statement Prepare(string sql)
    {
        Statement prepared = PrepareOnce(sql);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Prepares a statement that the caller disposes of.</summary>
    public Statement PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt statement));
        return new Statement(this, statement);
    }

    /// <summary>Runs statements that give no rows, or whose rows do not matter.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The first column of the first row.</summary>
    public long QueryNumber(string sql)
    {
        using Statement query = PrepareOnce(sql);
        return query.Step() ? query.Number(0) : 0;
    }

    /// <summary>The first column of the first row.</summary>
    public string QueryText(string sql)
    {
        using Statement query = PrepareOnce(sql);
        return query.Step() ? query.Text(0) : "";
    }

    /// <summary>Begins a transaction that writes: what it reads is the newest there is.</summary>
    public void Begin() => Execute("BEGIN IMMEDIATE");

    /// <summary>Makes the transaction's changes visible to all.</summary>
    public void Commit() => Execute("COMMIT");

    /// <summary>Undoes a transaction after a failure, if SQLite has not done so already.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
        {
            foreach (Statement statement in _statements)
            {
                statement.Reset();
            }

            raw.sqlite3_exec(_handle, "ROLLBACK");
        }
    }

    /// <summary>Raises what SQLite has to say about a result code that is no success.</summary>
    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new SqliteFailure(code, raw.sqlite3_errmsg(_handle).utf8_to_string());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Statement statement in _statements)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _connection.Dispose();
    }
}
