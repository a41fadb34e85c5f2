namespace VtPS.Engine.Objects;

/// <summary>What <see cref="FaultyStorage"/> does at the call that it was told of.</summary>
internal enum FaultKind
{
    /// <summary>The process dies before the call does anything.</summary>
    DieBefore,

    /// <summary>The call does its work, and the process dies before it hears of it.</summary>
    DieAfter,

    /// <summary>The process dies in the middle: half of the bytes are written, half of a listing is given, a commit leaves only what is unfinished.</summary>
    DieTorn,

    /// <summary>The call alone fails before it does anything; later ones work.</summary>
    FailBefore,

    /// <summary>The call does its work and then fails all the same; later ones work.</summary>
    FailAfter,
}
