namespace VtPS.Engine.Objects;

/// <summary>A storage that every question takes a good while to reach: what need not wait for another answer is asked beside it.</summary>
internal interface IDistantStorage
{
    /// <summary>Lists several prefixes by one question. Each listing begins when the one before has ended.</summary>
    /// <param name="prefixes">The prefixes; see <see cref="IObjectStorage.ListAsync"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The objects below each, in the order of the prefixes.</returns>
    Task<List<ObjectInfo>> ListInOrderAsync(IReadOnlyList<string> prefixes, CancellationToken cancellationToken);
}
