namespace VtPS.Engine.Sync;

/// <summary>The right to fetch some contents from one source; <see cref="FetchLedger"/> gives it and takes it back.</summary>
/// <param name="source">The number of the source.</param>
/// <param name="items">The numbers of the contents, in the order in which they are wanted.</param>
internal sealed class FetchToken(int source, IReadOnlyList<int> items)
{
    public int Source => source;

    public IReadOnlyList<int> Items => items;

    /// <summary>Those of which nobody knows yet what becomes of them. The ledger's own.</summary>
    public HashSet<int> Open { get; } = [.. items];

    /// <summary>Whether nothing may be written by it any more. The ledger's own.</summary>
    public bool IsRevoked { get; set; }
}
