using VtPS.Engine.Rules;

namespace VtPS.Engine.Comparison;

/// <summary>A live directory as the rules of a backup see it.</summary>
/// <param name="Outer">The rules in force for its name; null for a path that was given, where rules begin.</param>
/// <param name="Device">Its file system.</param>
/// <param name="TopDevice">The file system of the path given that it lies below.</param>
internal sealed record LivePlace(RuleScope? Outer, ulong Device, ulong TopDevice);
