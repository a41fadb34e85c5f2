namespace VtPS.Engine.Comparison;

/// <summary>One of the trees that are compared.</summary>
internal abstract class ComparedTree
{
    /// <summary>The top's entries, sorted by name bytes.</summary>
    public abstract IAsyncEnumerable<ComparedEntry> ReadTopAsync(CancellationToken cancellationToken);

    /// <summary>A directory's entries, sorted by name bytes.</summary>
    /// <exception cref="VtException">The directory cannot be read.</exception>
    public abstract IAsyncEnumerable<ComparedEntry> ReadAsync(ComparedEntry directory, CancellationToken cancellationToken);
}
