namespace VtPS.Engine.Stores;

/// <summary>A Store with a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Path">Its absolute path or URI.</param>
/// <param name="KeyFile">Where an unattended run finds the key; null for none.</param>
/// <param name="PasswordFile">Where an unattended run finds the password; null for none.</param>
internal sealed record RegisteredStore(string Name, string Path, string? KeyFile = null, string? PasswordFile = null);
