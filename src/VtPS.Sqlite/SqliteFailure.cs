using SQLitePCL;

namespace VtPS.Sqlite;

/// <summary>SQLite refused something. Never leaves this project: an index is a cache, and does without.</summary>
internal sealed class SqliteFailure : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="code">SQLite's result code, extended or not.</param>
    /// <param name="message">SQLite's words.</param>
    public SqliteFailure(int code, string message)
        : base(message) => Code = code & 0xFF;

    /// <summary>The primary result code.</summary>
    public int Code { get; }

    /// <summary>Whether the file holds no database, or a damaged one.</summary>
    public bool IsDamage => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_MISMATCH or raw.SQLITE_FORMAT;

    /// <summary>Whether another process held the database for too long: it may go better next time.</summary>
    public bool IsBusy => Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;
}
