namespace VtPS.Engine.Stores;

/// <summary>What a record is. The numbers stand in Stores and never change.</summary>
internal enum RecordKind : byte
{
    /// <summary>Blocks.</summary>
    Blocks = 1,

    /// <summary>A data file's trailer: the index of its records.</summary>
    Trailer = 2,
}
