namespace VtPS.Engine.Tests.Index;

/// <summary>The implementations of the index that the contract is tried on.</summary>
public enum IndexKind
{
    Memory,
    Sqlite,
}
