namespace VtPS.Engine.Protocol;

/// <summary>What whoever opens a Store is sure to ask first: sent right behind Open, so that no answer is waited for in between.</summary>
/// <param name="Object">An object that never changes.</param>
/// <param name="Maximum">The most bytes that it can have.</param>
/// <param name="Prefixes">What is listed, in this order.</param>
internal sealed record EarlyQuestions(string Object, int Maximum, IReadOnlyList<string> Prefixes);
