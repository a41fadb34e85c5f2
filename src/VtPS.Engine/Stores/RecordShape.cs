using VtPS.Engine.Encryption;

namespace VtPS.Engine.Stores;

/// <summary>What a Store's seal makes of a record's length.</summary>
/// <param name="TailLength">How many bytes follow the body.</param>
/// <param name="Pads">Whether bodies are padded, so that their lengths tell less.</param>
internal readonly record struct RecordShape(int TailLength, bool Pads)
{
    /// <summary>A plain record: eight bytes of checksum.</summary>
    public static RecordShape Plain => new(8, false);

    /// <summary>A sealed record: a tag of sixteen bytes, the body padded.</summary>
    public static RecordShape Sealed => new(16, true);

    /// <summary>The length of a body with its padding, in bytes.</summary>
    public int BodyLength(int length) => Pads ? PaddedLength.Of(length) : length;
}
