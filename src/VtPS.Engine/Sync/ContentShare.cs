namespace VtPS.Engine.Sync;

/// <summary>What came from one source.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Files">How many contents came to their end from it.</param>
/// <param name="Bytes">How many bytes of content it gave.</param>
/// <param name="Failure">Why it could not be asked, or not to the end; null where it could, or was not needed.</param>
internal sealed record ContentShare(string Name, int Files, long Bytes, VtException? Failure);
