namespace VtPS.Cli.Output;

/// <summary>What <c>vt prune --json</c> writes.</summary>
/// <param name="Retention">What happened to each backup; empty with <c>--optimize-only</c>.</param>
/// <param name="Optimize">What was freed.</param>
internal sealed record PruneOutput(IReadOnlyList<VtRetentionResult> Retention, VtOptimizeResult Optimize);
