namespace VtPS;

/// <summary>What retention does with a backup.</summary>
public enum VtRetentionAction
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>It is removed; with <c>-WhatIf</c>, it would be.</summary>
    Remove,
}
