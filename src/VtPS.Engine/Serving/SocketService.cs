using System.Net.Sockets;
using VtPS.Engine.IO;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Serving;

/// <summary>
/// Serves clients, several at a time, at a UNIX socket that this user alone can open. A socket file that is there already is replaced only where nobody listens at it.
/// </summary>
internal sealed class SocketService : IDisposable
{
    private const int Waiting = 64;

    private readonly string _path;
    private readonly Socket _socket;
    private readonly IExport _export;
    private readonly Action<VtException> _onClientError;

    private SocketService(string path, Socket socket, IExport export, Action<VtException> onClientError)
    {
        _path = path;
        _socket = socket;
        _export = export;
        _onClientError = onClientError;
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="path">The socket file's absolute path.</param>
    /// <param name="export">What is served; stays the caller's.</param>
    /// <param name="onClientError">Told why a client's connection ended, where it did not take its leave.</param>
    /// <exception cref="VtException">StoreBusy: someone listens there; InvalidArgument: the path is something else, or cannot be a socket's.</exception>
    public static SocketService Listen(string path, IExport export, Action<VtException> onClientError)
    {
        // The file gets its name only once it has its mode: in a folder that nobody else can enter it is made, and moved from there.
        string folder = Path.Combine(Path.GetDirectoryName(path) ?? path, $".vt-{Guid.NewGuid():n}"[..12]);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            RequireFree(path);
            if (OperatingSystem.IsWindows())
            {
                File.Delete(path);
                socket.Bind(new UnixDomainSocketEndPoint(path));
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                string first = Path.Combine(folder, "s");
                socket.Bind(new UnixDomainSocketEndPoint(first));
                File.SetUnixFileMode(first, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                socket.Listen(Waiting);
                File.Move(first, path, overwrite: true);
                Directory.Delete(folder);
                return new SocketService(path, socket, export, onClientError);
            }

            socket.Listen(Waiting);
            return new SocketService(path, socket, export, onClientError);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new VtException(VtErrorId.InvalidArgument, $"The socket '{path}' cannot be made: {e.Message.TrimEnd('.')}. Give a short path in a folder that you may write to.", path, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Serves until told to stop; then the clients are told, what they asked for comes to its end, and the socket file is removed.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        HashSet<Task> clients = [];
        try
        {
            while (true)
            {
                Socket client = await _socket.AcceptAsync(stopping).ConfigureAwait(false);
                Task served = Task.Run(() => ServeAsync(client, stopping), CancellationToken.None);
                lock (clients)
                {
                    clients.Add(served);
                }

                _ = served.ContinueWith(
                    task =>
                    {
                        lock (clients)
                        {
                            clients.Remove(task);
                        }
                    },
                    TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            Dispose();
            Task[] last;
            lock (clients)
            {
                last = [.. clients];
            }

            await Task.WhenAll(last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Stops listening and removes the socket file.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next service replaces it.
        }

        _socket.Dispose();
    }

    private static void RequireFree(string path)
    {
        if (!Path.Exists(path))
        {
            return;
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            // Left behind by a service that was killed.
            return;
        }
        catch (SocketException e)
        {
            throw new VtException(VtErrorId.InvalidArgument, $"'{path}' is there already and is not a socket that nobody listens at ({e.Message}). Nothing was changed. Give another path, or remove it.", path, e);
        }

        throw new VtException(VtErrorId.StoreBusy, $"Someone listens at the socket '{path}' already. Give another path, or stop that service.", path);
    }

    /// <summary>Connecting to a file of another kind is refused, too.</summary>
    private static bool IsSocket(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);
        }

        FileSystem system = FileSystem.Current;
        using DirectoryHandle folder = system.OpenDirectory(system.GetBytes(Path.GetDirectoryName(path)!));
        return folder.TryGetStatus(system.GetBytes(Path.GetFileName(path)))?.Type == VtItemType.Socket;
    }

    private async Task ServeAsync(Socket client, CancellationToken stopping)
    {
        if (await PeerService.RunAsync(new SocketTransport("the client", client), _export.OpenAsync, _export.Right, stopping).ConfigureAwait(false) is { } error)
        {
            _onClientError(error);
        }
    }
}
