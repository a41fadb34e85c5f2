namespace VtPS.Engine.Sync;

/// <summary>What became of a content that was asked for.</summary>
internal enum ContentOutcome
{
    /// <summary>It is here, and is what it should be.</summary>
    Complete,

    /// <summary>It is not to be had there, or what came is not what it should be.</summary>
    Missing,

    /// <summary>What came was added to what was here, and the whole is not what it should be: nobody knows which part is wrong, and nothing of it is left.</summary>
    Spoiled,
}
