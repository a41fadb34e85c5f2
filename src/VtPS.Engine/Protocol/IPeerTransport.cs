namespace VtPS.Engine.Protocol;

/// <summary>A pair of byte streams to a peer, and what can be said of it.</summary>
internal interface IPeerTransport : IAsyncDisposable
{
    /// <summary>What the peer is called, for messages: the address that the user gave.</summary>
    string Name { get; }

    /// <summary>The bytes that the peer sends.</summary>
    Stream Input { get; }

    /// <summary>The bytes that are sent to it.</summary>
    Stream Output { get; }

    /// <summary>Once the streams have ended: why, as far as the transport knows; null where it knows nothing. Waits no longer than two seconds.</summary>
    ValueTask<string?> ExplainEndAsync();

    /// <summary>Called once the peer has said hello: what has not is not waited for when the transport is disposed of.</summary>
    void OnHello()
    {
    }
}
