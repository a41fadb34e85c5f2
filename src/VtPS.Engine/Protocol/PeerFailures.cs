namespace VtPS.Engine.Protocol;

/// <summary>The errors that end a connection.</summary>
internal static class PeerFailures
{
    private const string Next = "What was finished there stays: run the command again, and it goes on from that.";

    /// <summary>The connection is gone.</summary>
    public static VtException Cut(string peer, string? reason) => new(
        VtErrorId.PeerUnreachable, $"The connection to '{peer}' ended{(reason is null ? string.Empty : ": " + reason.TrimEnd().TrimEnd('.'))}. {Next}", peer);

    /// <summary>The peer is there, or was, and does not answer.</summary>
    public static VtException Silent(string peer, TimeSpan time) => new(
        VtErrorId.PeerTimeout, $"'{peer}' has not answered for {time.TotalSeconds:0.#} seconds, and was given up. Check the machine and the network. {Next}", peer);

    /// <summary>What the peer sends is not this protocol.</summary>
    public static VtException Mismatch(string peer, Exception fault, string? explanation) => new(
        VtErrorId.PeerProtocolMismatch,
        $"'{peer}' does not speak as expected: {fault.Message}. {(explanation is null ? string.Empty : explanation.TrimEnd().TrimEnd('.') + ". ")}Check that vt runs there, of the same version as here.",
        peer,
        fault);

    /// <summary>The peer took its leave and said why.</summary>
    public static VtException Left(string peer, PeerError error) =>
        error.ToException(peer) as VtException ?? Cut(peer, error.Message);

    /// <summary>What an exception says, as a part of a sentence.</summary>
    public static string? Reason(Exception exception) => exception is EndOfStreamException ? "in the middle of a message" : exception.Message;
}
