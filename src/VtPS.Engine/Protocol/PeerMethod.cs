namespace VtPS.Engine.Protocol;

/// <summary>What a request asks for; the numbers are those on the wire (docs/protocol.md).</summary>
internal enum PeerMethod : ushort
{
    /// <summary>Chooses the Store and the level; every other request waits for it.</summary>
    Open = 1,

    List = 16,
    Read = 17,
    Length = 18,
    Put = 19,
    Delete = 20,
    PutLocked = 21,
    Unlock = 22,
    IsLocked = 23,
    FlushNames = 24,
    ListUnfinished = 25,
    SweepUnfinished = 26,

    Status = 64,
    Contains = 65,
    GetBlock = 66,
    PutBlock = 67,
    Flush = 68,
    Digests = 69,
    WindowHashes = 70,
    HashesAfter = 71,
    BackupsSince = 72,
    PutBackup = 73,

    OpenTree = 96,
    ScanTree = 97,
    HistorySince = 98,
    MergeHistory = 99,
    BeginSync = 100,
    ReadContent = 101,
    StageContent = 102,
    ExecuteSync = 103,
    CloseTree = 104,
    OpenSource = 105,
}
