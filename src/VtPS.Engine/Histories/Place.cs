namespace VtPS.Engine.Histories;

/// <summary>Where an entry is: a name in a folder.</summary>
internal readonly record struct Place(NodeId Parent, byte[] Name) : IEquatable<Place>
{
    public bool Equals(Place other) => Parent == other.Parent && Name.AsSpan().SequenceEqual(other.Name);

    public override int GetHashCode()
    {
        HashCode code = default;
        code.Add(Parent);
        code.AddBytes(Name);
        return code.ToHashCode();
    }
}
