namespace VtPS.Engine.Restores;

/// <summary>What a restore does with a file one of whose blocks is missing or damaged.</summary>
internal enum OnDamage
{
    /// <summary>Report it and end the restore.</summary>
    Stop,

    /// <summary>Write zeros of the right length in its place, report, go on.</summary>
    Zero,

    /// <summary>Leave the file out, report, go on.</summary>
    Skip,
}
