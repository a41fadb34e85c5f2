namespace VtPS.Engine.Tests.Faults;

/// <summary>The calls of a storage as tests tell them apart.</summary>
internal enum StorageCall
{
    Begin,
    Write,
    Commit,
    Read,
    Look,
    List,
    Delete,
    PutLocked,
    LookAtLock,
    Sweep,
}
