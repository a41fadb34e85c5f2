namespace VtPS.Engine.Sync;

/// <summary>The side of a sync that runs it. It asks for content by itself, and can ask several.</summary>
internal interface IFetchingPeer : ISyncPeer
{
    /// <summary>Fetches what the merge has told of, in place of <see cref="ISyncPeer.StageAsync"/>. What is whole stays, even if the rest never comes; what nobody has waits.</summary>
    /// <param name="origins">Where it may come from: the sync's other side first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What came from whom, in the order of the origins.</returns>
    /// <exception cref="VtException">What ended the first origin, where what is not here yet cannot be had from another.</exception>
    Task<IReadOnlyList<ContentShare>> FetchAsync(IReadOnlyList<ContentOrigin> origins, CancellationToken cancellationToken);
}
