namespace VtPS.Engine.Operations;

/// <summary>An error about one item: the work went on without it.</summary>
internal sealed record VtError(VtErrorId Id, string Message, object? Target, Exception? Cause);
