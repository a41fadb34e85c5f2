namespace VtPS.Engine.Copies;

/// <summary>Takes what <see cref="TreeDifference"/> finds. Called by one thread at a time.</summary>
internal interface IMissingBlockSink
{
    /// <summary>A block of file content is missing; the same one may come several times.</summary>
    ValueTask AddContentAsync(MissingBlock block, CancellationToken cancellationToken);

    /// <summary>A directory or side-car is finished: everything that is missing below it was given before. Its own missing blocks are <see cref="CopyNode.Blocks"/>.</summary>
    ValueTask FinishAsync(CopyNode node, CancellationToken cancellationToken);

    /// <summary>A file of so many bytes was looked at.</summary>
    void LookedAt(long length);
}
