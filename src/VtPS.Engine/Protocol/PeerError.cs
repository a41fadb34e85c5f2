using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Protocol;

/// <summary>An error on its way to the peer: a code (the name of a <see cref="VtErrorId"/> or one of the three here), a text, and what it is about.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">A sentence for the user.</param>
/// <param name="Target">The path, name or id that the error is about; empty where there is none.</param>
internal sealed record PeerError(string Code, string Message, string Target)
{
    public const string ObjectNotFound = "ObjectNotFound";
    public const string ObjectExists = "ObjectExists";
    public const string Cancelled = "Cancelled";

    // All three fit the shortest payload that a peer may accept, whatever their characters.
    private const int MaximumMessage = 1000;
    private const int MaximumTarget = 250;

    /// <summary>What the peer is told of an exception.</summary>
    public static PeerError From(Exception exception) => exception switch
    {
        VtException e => new PeerError(e.ErrorId.ToString(), e.Message, e.Target?.ToString() ?? string.Empty),
        ObjectNotFoundException e => new PeerError(ObjectNotFound, e.Message, e.ObjectName),
        ObjectExistsException e => new PeerError(ObjectExists, e.Message, e.ObjectName),
        OperationCanceledException => new PeerError(Cancelled, "The call was cancelled.", string.Empty),
        ArgumentException or InvalidDataException => new PeerError(nameof(VtErrorId.InvalidArgument), exception.Message, string.Empty),
        _ => new PeerError(nameof(VtErrorId.PeerProtocolMismatch), $"The far end failed: {exception.GetType().Name}: {exception.Message}", string.Empty),
    };

    /// <summary>The three texts, each with its length before it; long ones are cut.</summary>
    public byte[] ToBytes()
    {
        ByteWriter writer = new();
        writer.WritePrefixed(Encoding.UTF8.GetBytes(Code));
        writer.WritePrefixed(Encoding.UTF8.GetBytes(Message[..Math.Min(Message.Length, MaximumMessage)]));
        writer.WritePrefixed(Encoding.UTF8.GetBytes(Target[..Math.Min(Target.Length, MaximumTarget)]));
        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static PeerError Read(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return new PeerError(Encoding.UTF8.GetString(reader.ReadPrefixed()), Encoding.UTF8.GetString(reader.ReadPrefixed()), Encoding.UTF8.GetString(reader.ReadPrefixed()));
    }

    /// <summary>The exception that this side throws for it.</summary>
    /// <param name="peer">What the peer is called.</param>
    public Exception ToException(string peer) => Code switch
    {
        ObjectNotFound => new ObjectNotFoundException(Target, peer),
        ObjectExists => new ObjectExistsException(Target, peer),
        Cancelled => new OperationCanceledException(Message),
        _ when Enum.TryParse(Code, out VtErrorId id) && Enum.IsDefined(id) => new VtException(id, $"{peer}: {Message}", Target.Length == 0 ? peer : Target),
        _ => new VtException(VtErrorId.PeerProtocolMismatch, $"{peer} failed with '{Code}', which this version of VtPS does not know: {Message}", peer),
    };
}
