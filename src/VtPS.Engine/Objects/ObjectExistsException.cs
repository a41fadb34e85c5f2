namespace VtPS.Engine.Objects;

/// <summary>A put-if-absent found other bytes under the name.</summary>
internal sealed class ObjectExistsException(string name, string location)
    : IOException($"'{name}' is in '{location}' already, with other bytes.")
{
    /// <summary>The object's name.</summary>
    public string ObjectName { get; } = name;
}
