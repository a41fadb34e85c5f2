namespace VtPS.Engine.Objects;

/// <summary>An object that was asked for is not there.</summary>
internal sealed class ObjectNotFoundException(string name, string location, Exception? inner = null)
    : IOException($"'{name}' is not in '{location}'.", inner)
{
    /// <summary>The object's name.</summary>
    public string ObjectName { get; } = name;
}
