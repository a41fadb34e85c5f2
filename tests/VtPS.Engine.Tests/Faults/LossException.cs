namespace VtPS.Engine.Tests.Faults;

/// <summary>A backup that was promised is lost, by the calls and events of a trace.</summary>
internal sealed class LossException(string message, IReadOnlyList<string> trace) : Exception(message + "\n" + string.Join('\n', trace));
