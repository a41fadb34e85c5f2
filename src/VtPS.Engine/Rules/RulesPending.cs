// Placeholder so that the tree builds: the real RuleSet and RuleScope replace this file; delete it when they arrive.
namespace VtPS.Engine.Rules;
internal sealed class RuleSet { public static RuleSet Empty { get; } = new(); public static RuleSet Parse(IEnumerable<string> lines, string source) => Empty; }
internal sealed class RuleScope { public static RuleScope Create(RuleSet a, RuleSet? local = null) => new(); public RuleScope Enter(ReadOnlySpan<byte> n, RuleSet? l) => this; public bool IsExcluded(ReadOnlySpan<byte> n, bool d) => false; }
