using VtPS.Engine.Stores;

namespace VtPS.Sqlite;

/// <summary>A data file as the database knows it.</summary>
/// <param name="Number">Its number in the database: rises with every file added, and is never used again.</param>
/// <param name="Id">Its id.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="FirstPage">The number of its first page; the others follow. Never used again.</param>
/// <param name="PageCount">How many pages it has.</param>
/// <param name="BlockCount">How many blocks are in them.</param>
internal readonly record struct FileRow(long Number, DataFileId Id, long Length, long FirstPage, int PageCount, long BlockCount);
