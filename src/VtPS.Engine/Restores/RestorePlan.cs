namespace VtPS.Engine.Restores;

/// <summary>What a restore would do, for the question before it and for -WhatIf; nothing was written.</summary>
internal sealed record RestorePlan
{
    public long Files { get; init; }

    public long Directories { get; init; }

    public long Others { get; init; }

    public long Bytes { get; init; }
}
