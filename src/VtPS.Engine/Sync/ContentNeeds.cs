using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>What a tree needs of the other side.</summary>
/// <param name="Requests">The contents to ask for.</param>
/// <param name="Bases">The files that they are to replace, of which the pieces were told.</param>
internal sealed record ContentNeeds(IReadOnlyList<ContentRequest> Requests, IReadOnlyDictionary<NodeData, AppliedEntry> Bases)
{
    public static ContentNeeds None { get; } = new([], new Dictionary<NodeData, AppliedEntry>());

    /// <summary>Finds out how much of each content is there already, and cuts the files to be replaced into pieces.</summary>
    /// <param name="state">The replica.</param>
    /// <param name="folder">Its state folder.</param>
    /// <param name="root">The tree's root.</param>
    /// <param name="plan">What is to be done.</param>
    /// <param name="withBases">Whether the files are to be cut. Between two trees of this machine that saves nothing.</param>
    /// <param name="observer">Told of progress.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ContentNeeds Create(ReplicaState state, ReplicaFolder folder, DirectoryHandle root, TreePlan plan, bool withBases, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (plan.Needs.Count == 0)
        {
            return None;
        }

        Dictionary<NodeData, AppliedEntry> bases = withBases ? FindBases(state, plan) : [];
        Dictionary<string, long> parts = StagingArea.Parts(folder);
        using TreeFiles files = new(state, root);
        using ProgressMeter? progress = bases.Count > 0 ? new(observer, "Comparing") { BytesTotal = bases.Values.Sum(e => e.Data.Length) } : null;
        List<ContentRequest> requests = new(plan.Needs.Count);
        foreach (NodeData data in plan.Needs)
        {
            long there = parts.Count == 0 ? 0 : parts.GetValueOrDefault(StagingArea.NameOf(data));
            using SafeFileHandle? known = bases.TryGetValue(data, out AppliedEntry? entry) ? files.Open(entry) : null;
            requests.Add(new ContentRequest(
                data,
                there < data.Length ? there : 0,
                known is null ? null : PieceSums.Compute(known, entry!.Data.Length, bytes => progress!.AddBytes(bytes), cancellationToken)));
        }

        return new ContentNeeds(requests, bases);
    }

    private static Dictionary<NodeData, AppliedEntry> FindBases(ReplicaState state, TreePlan plan)
    {
        HashSet<NodeData> needs = [.. plan.Needs.Where(n => n.Length >= PieceSums.LeastLength)];
        Dictionary<NodeData, AppliedEntry> bases = [];
        foreach (PlannedAction action in plan.Actions.Where(a => a.Kind == VtSyncActionKind.Update && needs.Contains(a.Record.Data)))
        {
            if (state.Applied.Find(action.Record.Id) is { Data.Length: >= PieceSums.LeastLength } entry)
            {
                bases.TryAdd(action.Record.Data, entry);
            }
        }

        return bases;
    }
}
