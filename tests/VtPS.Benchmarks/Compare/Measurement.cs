namespace VtPS.Benchmarks.Compare;

/// <summary>One step of one tool, once.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Step">The step.</param>
/// <param name="Wall">Seconds from start to end.</param>
/// <param name="Cpu">Seconds of processor time, user and system.</param>
/// <param name="PeakMegabytes">The largest resident memory, in decimal megabytes.</param>
/// <param name="StoreMegabytes">The Store's size after the step, in decimal megabytes.</param>
internal sealed record Measurement(string Tool, string Step, double Wall, double Cpu, double PeakMegabytes, double StoreMegabytes);
