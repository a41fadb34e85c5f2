namespace VtPS.Engine.Serving;

/// <summary>A backup as its Store has it.</summary>
/// <param name="Id">Its whole id.</param>
/// <param name="Record">The bytes of its record (docs/format.md).</param>
internal sealed record StoredBackup(string Id, byte[] Record);
