using VtPS.Engine.Stores;

namespace VtPS.Sqlite;

/// <summary>What the database knew at one moment.</summary>
/// <param name="Generation">Rises whenever the "complete below" flags are cleared.</param>
/// <param name="LastNumber">The highest file number given out so far.</param>
/// <param name="Files">The data files.</param>
/// <param name="GivenUp">The data files that some process has seen named by a trash object.</param>
internal sealed record IndexState(long Generation, long LastNumber, List<FileRow> Files, HashSet<DataFileId> GivenUp);
