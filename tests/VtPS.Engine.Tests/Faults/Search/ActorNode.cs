namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>An actor after all that it has done and seen; equal to itself alone.</summary>
/// <param name="id">Its number among all of a search.</param>
/// <param name="from">Where it came from; null at the start.</param>
internal sealed class ActorNode(int id, ActorNode? from)
{
    public int Id { get; } = id;

    public ActorNode? From { get; } = from;

    /// <summary>The call that it waits to make; null if it has ended.</summary>
    public (StorageCall Call, string Name)? Next { get; init; }

    /// <summary>The backup that it reported; null for none.</summary>
    public string? Reported { get; init; }

    /// <summary>Why it failed; null if it did not.</summary>
    public Exception? Failure { get; init; }

    /// <summary>The steps that are known from here.</summary>
    public List<ActorStep> Steps { get; } = [];
}
