using VtPS.Engine.Rules;

namespace VtPS.Engine.Backups;

/// <summary>A directory that the scanner is in.</summary>
internal sealed class ScanFrame(ScannedDirectory directory, RuleScope? scope, ulong device, SourceNode? node)
{
    public ScannedDirectory Directory { get; } = directory;

    /// <summary>The rules in force for the names here; null above the paths given.</summary>
    public RuleScope? Scope { get; } = scope;

    /// <summary>The file system of the path given; 0 above it.</summary>
    public ulong Device { get; } = device;

    /// <summary>The node of the paths given, where not everything here is wanted.</summary>
    public SourceNode? Node { get; } = node;

    /// <summary>The entries looked at last.</summary>
    public ScannedEntry[] Part { get; set; } = [];

    /// <summary>How many of <see cref="Part"/> were gone through.</summary>
    public int Next { get; set; }

    /// <summary>How many of the names were looked at.</summary>
    public int Looked { get; set; }
}
