namespace VtPS.Engine.Objects;

/// <summary>An object's name and its length in bytes, as a listing gives them.</summary>
internal readonly record struct ObjectInfo(string Name, long Length);
