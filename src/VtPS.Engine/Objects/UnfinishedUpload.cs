namespace VtPS.Engine.Objects;

/// <summary>What uploads of one owner have written so far and not given a name: one is at work, or died.</summary>
/// <param name="Owner">The owner's id.</param>
/// <param name="Length">The bytes of all of them together.</param>
internal readonly record struct UnfinishedUpload(string Owner, long Length);
