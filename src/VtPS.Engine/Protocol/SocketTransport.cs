using System.Net.Sockets;

namespace VtPS.Engine.Protocol;

/// <summary>A connected UNIX socket.</summary>
internal sealed class SocketTransport : IPeerTransport
{
    private readonly NetworkStream _stream;

    /// <param name="name">What the peer is called.</param>
    /// <param name="socket">The socket, which this then owns.</param>
    public SocketTransport(string name, Socket socket)
    {
        Name = name;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public string Name { get; }

    public Stream Input => _stream;

    public Stream Output => _stream;

    /// <summary>Connects to a socket file.</summary>
    /// <exception cref="VtException">PeerUnreachable.</exception>
    public static SocketTransport Connect(string name, string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new SocketTransport(name, socket);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new VtException(VtErrorId.PeerUnreachable, $"Nothing answers at '{name}': {e.Message.TrimEnd('.')}. Check the path, and that vt serve --socket runs there.", name, e);
        }
    }

    public ValueTask<string?> ExplainEndAsync() => ValueTask.FromResult<string?>(null);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
