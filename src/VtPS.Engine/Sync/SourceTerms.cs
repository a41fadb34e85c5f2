using VtPS.Engine.Groups;
using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>What a tree must be told before content is read out of it.</summary>
/// <param name="Group">The group that the reader belongs to: a tree of another gives nothing.</param>
/// <param name="Member">Who reads: the tree's own <c>.vtgroup</c> must let it.</param>
internal sealed record SourceTerms(Identity Group, GroupMember Member);
