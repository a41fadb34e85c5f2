using VtPS.Engine.Histories;

namespace VtPS.Engine.Replicas;

/// <summary>What is to be done to a tree for it to become what its history says.</summary>
/// <param name="Actions">The actions, by path.</param>
/// <param name="Needs">Contents that are nowhere in this tree, each once.</param>
internal sealed record TreePlan(IReadOnlyList<PlannedAction> Actions, IReadOnlyList<NodeData> Needs)
{
    /// <summary>How many entries are deleted.</summary>
    public int Deletes => Actions.Count(a => a.Kind == VtSyncActionKind.Delete);
}
