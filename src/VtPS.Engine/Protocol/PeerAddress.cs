using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VtPS.Engine.Protocol;

/// <summary>
/// Where a peer is: <c>ssh://[user@]host[:port]/path</c>, <c>unix:///path/of/a/socket[#name]</c>, or <c>!</c> and a command whose standard input and output are the connection.
/// </summary>
internal sealed class PeerAddress
{
    private readonly Func<IPeerTransport> _connect;

    private PeerAddress(string store, Func<IPeerTransport> connect)
    {
        Store = store;
        _connect = connect;
    }

    /// <summary>The path or the name, at the peer, of the Store or tree; empty for the one that it serves.</summary>
    public string Store { get; }

    /// <summary>Reads an address; false for one that is a path.</summary>
    /// <param name="text">The address as the user gave it.</param>
    /// <param name="isFromData">Whether it was read from an object, and not given by the user.</param>
    /// <param name="address">The address.</param>
    /// <exception cref="VtException">InvalidArgument for a URI of a kind that this version does not open, and for a command out of data.</exception>
    public static bool TryParse(string text, bool isFromData, [NotNullWhen(true)] out PeerAddress? address)
    {
        address = text.StartsWith('!') ? Command(text, isFromData)
            : text.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase) ? Ssh(text)
            : text.StartsWith("unix://", StringComparison.OrdinalIgnoreCase) ? Socket(text)
            : text.Contains("://", StringComparison.Ordinal)
                ? throw new VtException(VtErrorId.InvalidArgument, $"'{text}' is not an address of a Store that this version of VtPS opens. Give a folder, ssh://host/path, unix:///path/of/socket, or ! and a command.", text)
            : null;
        return address is not null;
    }

    /// <summary>Begins to connect; errors come with the first bytes.</summary>
    /// <exception cref="VtException">PeerUnreachable.</exception>
    public IPeerTransport Connect() => _connect();

    private static PeerAddress Command(string text, bool isFromData) =>
        isFromData ? throw new VtException(VtErrorId.InvalidArgument, $"The Store's address '{text}' is a command, and it comes from an object, not from you. It was not run. Give the Store by -Store, or register it.", text)
        : text.AsSpan(1).Trim().IsEmpty ? throw new VtException(VtErrorId.InvalidArgument, "The Store's address '!' names no command. Give one that serves a Store, as in '!vt serve --stdio --store PATH'.", text)
        : new PeerAddress(string.Empty, () => CommandTransport.StartShell(text, text[1..]));

    private static PeerAddress Socket(string text)
    {
        string[] parts = text["unix://".Length..].Split('#', 2);
        string path = Uri.UnescapeDataString(parts[0]);
        string name = parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : string.Empty;
        return !Path.IsPathFullyQualified(path) ? throw new VtException(VtErrorId.InvalidArgument, $"'{text}' does not name a socket by its absolute path, as unix:///path/of/socket does.", text)
            : parts.Length == 2 && name.Length == 0 ? throw new VtException(VtErrorId.InvalidArgument, $"'{text}' has no name after its '#'. Give one, as in unix:///path/of/socket#NAME, or leave the '#' out; one in the path is %23.", text)
            : new PeerAddress(name, () => SocketTransport.Connect(text, path));
    }

    private static PeerAddress Ssh(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0 || uri.Host[0] == '-' || uri.UserInfo.StartsWith('-'))
        {
            throw Wrong("is not an address such as ssh://user@host:22/path");
        }

        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            throw Wrong("has a password in it, where everyone could read it. Leave it out and use a key that ssh finds");
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw Wrong("has a '?' or '#' in it. Write %3F or %23 for them");
        }

        // Behind the host's slash: /~/x is x in the user's home; nothing at all, the Store that is served there.
        string path = Uri.UnescapeDataString(uri.AbsolutePath);
        string store = path is "" or "/" ? string.Empty : path == "/~" || path.StartsWith("/~/", StringComparison.Ordinal) ? path[1..] : path;
        string host = uri.IdnHost.Trim('[', ']');
        List<string> arguments = ["-T", "-e", "none", "-o", "BatchMode=yes", "-o", "ClearAllForwardings=yes", "-o", "ForwardX11=no", "-o", "ForwardAgent=no"];
        if (!uri.IsDefaultPort && uri.Port > 0)
        {
            arguments.AddRange(["-p", uri.Port.ToString(CultureInfo.InvariantCulture)]);
        }

        if (uri.UserInfo.Length > 0)
        {
            arguments.AddRange(["-l", Uri.UnescapeDataString(uri.UserInfo)]);
        }

        arguments.AddRange(["--", host, RemoteCommand() + " serve --stdio"]);
        return new PeerAddress(store, () => CommandTransport.Start(text, Variable("VT_SSH") ?? "ssh", arguments));

        VtException Wrong(string what) => new(VtErrorId.InvalidArgument, $"'{(uri?.UserInfo.Contains(':', StringComparison.Ordinal) == true ? "ssh://…" : text)}' {what}.");
    }

    private static string RemoteCommand() => Variable("VT_REMOTE_COMMAND") ?? "vt";

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
