namespace VtPS.Engine.Histories;

/// <summary>Where an entry is: a name in a folder.</summary>
internal readonly record struct Place(NodeId Parent, byte[] Name) : IEquatable<Place>
{
    public bool Equals(Place other) => Parent == other.Parent && Name.AsSpan().SequenceEqual(other.Name);

    public override int GetHashCode()
    {
        // The folder's identity is as random as a hash; names are short.
        ulong code = Parent.Value.Low;
        foreach (byte character in Name)
        {
            code = (code ^ character) * 0x100000001b3;
        }

        return (int)(code ^ (code >> 32));
    }
}
