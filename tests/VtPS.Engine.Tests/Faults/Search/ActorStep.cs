using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>One step of an actor: the call that it waited to make, and those after it that need not wait for a turn.</summary>
/// <param name="Before">The image on which it was first made.</param>
/// <param name="First">What the call that it waited to make saw.</param>
/// <param name="Changes">What it changed, in this order.</param>
/// <param name="Seen">What the calls after that one saw of what was there then.</param>
/// <param name="To">What the actor has become.</param>
internal sealed record ActorStep(StoreImage Before, ulong First, ImageChange[] Changes, Observation[] Seen, ActorNode To)
{
    /// <summary>Whether a data file went.</summary>
    public bool DeletesData { get; } = Array.Exists(Changes, c => c.Object is null && c.Name.StartsWith(StoreNames.Data, StringComparison.Ordinal));

    /// <summary>An image after this step; null if another image makes the actor take another step.</summary>
    public StoreImage? TryApply(StoreImage image)
    {
        foreach (ImageChange change in Changes)
        {
            image = change.ApplyTo(image);
        }

        foreach (Observation seen in Seen)
        {
            if (!seen.HoldsIn(image))
            {
                return null;
            }
        }

        return image;
    }
}
