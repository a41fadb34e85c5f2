namespace VtPS.Engine.Protocol;

/// <summary>What a side lets its peer do; the numbers are those on the wire.</summary>
internal enum ExportRight : byte
{
    /// <summary>Nothing: it only asks.</summary>
    None = 0,

    /// <summary>Read and list.</summary>
    ReadOnly = 1,

    /// <summary>Read, list and put. Nothing is deleted but the client's own lease.</summary>
    AppendOnly = 2,

    /// <summary>Everything.</summary>
    Full = 3,
}
