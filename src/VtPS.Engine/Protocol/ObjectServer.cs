using System.Buffers;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Protocol;

/// <summary>
/// Serves the objects of one Store to one client, as far as its right goes. The locks that it took for the client are freed when this is disposed of: after the
/// connection has ended and every call has come to its end, so that a lock that is free means a writer that writes no more.
/// </summary>
internal sealed class ObjectServer : IStoreService
{
    private const int Piece = 64 << 10;
    private const int MaximumLocked = 16 << 20;
    private const int MaximumFolders = 1 << 20;

    private readonly IObjectStorage _storage;
    private readonly ClientRights _rights;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, IAsyncDisposable> _locks = [];
    private ulong _lastLock;

    /// <param name="storage">What is served; stays the caller's.</param>
    /// <param name="right">What the client may do.</param>
    public ObjectServer(IObjectStorage storage, ExportRight right)
    {
        _storage = storage;
        _rights = new ClientRights(right);
    }

    /// <summary>The boot id of the machine that takes the storage's locks (text).</summary>
    public byte[] Greeting => ObjectMessages.Text(_storage.LockDomain ?? string.Empty);

    /// <inheritdoc/>
    public async Task HandleAsync(IncomingCall call)
    {
        IObjectStorage storage = _storage;
        switch (call.Method)
        {
            case PeerMethod.List:
                await ListAsync(call, ListAllAsync(storage, PrefixesOf(call.Payload), call.Cancelled)).ConfigureAwait(false);
                break;
            case PeerMethod.Read:
                await ReadAsync(call, storage).ConfigureAwait(false);
                break;
            case PeerMethod.Length:
                long? length = await storage.GetLengthAsync(NameOf(call), call.Cancelled).ConfigureAwait(false);
                await call.AnswerAsync(length is null ? default : ObjectMessages.Number((ulong)length)).ConfigureAwait(false);
                break;
            case PeerMethod.Put:
                await PutAsync(call, storage).ConfigureAwait(false);
                break;
            case PeerMethod.Delete:
                await DeleteAsync(call, storage).ConfigureAwait(false);
                break;
            case PeerMethod.PutLocked:
                await PutLockedAsync(call, storage).ConfigureAwait(false);
                break;
            case PeerMethod.Unlock:
                await UnlockAsync(call).ConfigureAwait(false);
                break;
            case PeerMethod.IsLocked:
                bool? locked = await storage.IsLockedAsync(NameOf(call), call.Cancelled).ConfigureAwait(false);
                await call.AnswerAsync(locked is null ? default : new byte[] { locked.Value ? (byte)1 : (byte)0 }).ConfigureAwait(false);
                break;
            case PeerMethod.FlushNames:
                await FlushNamesAsync(call, storage).ConfigureAwait(false);
                break;
            case PeerMethod.ListUnfinished:
                await ListAsync(call, ListUnfinishedAsync(storage, call.Cancelled)).ConfigureAwait(false);
                break;
            case PeerMethod.SweepUnfinished:
                await SweepUnfinishedAsync(call, storage).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Frees the client's locks.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable held in _locks.Values)
        {
            await held.DisposeAsync().ConfigureAwait(false);
        }

        _locks.Clear();
    }

    /// <summary>One listing after the other.</summary>
    private static async IAsyncEnumerable<ObjectInfo> ListAllAsync(
        IObjectStorage storage, List<string> prefixes, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string prefix in prefixes)
        {
            await foreach (ObjectInfo info in storage.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                yield return info;
            }
        }
    }

    private static List<string> PrefixesOf(ReadOnlySpan<byte> payload)
    {
        List<string> prefixes = [];
        ByteReader reader = new(payload);
        while (prefixes.Count == 0 || !reader.IsEmpty)
        {
            prefixes.Add(ObjectMessages.ReadText(ref reader));
        }

        return prefixes;
    }

    private static string NameOf(IncomingCall call)
    {
        ByteReader reader = new(call.Payload);
        return ObjectMessages.ReadText(ref reader);
    }

    private static async Task ReadAsync(IncomingCall call, IObjectStorage storage)
    {
        (string name, long offset, long count) = Parse(call.Payload);
        long length = await storage.GetLengthAsync(name, call.Cancelled).ConfigureAwait(false) ?? throw new ObjectNotFoundException(name, storage.Location);
        long end = Math.Min(length, offset + Math.Min(count, long.MaxValue - offset));
        await call.AnswerAsync(ObjectMessages.Number((ulong)length), withBody: true).ConfigureAwait(false);
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        bool ended = false;
        try
        {
            while (offset < end)
            {
                int read = await storage.ReadAsync(name, offset, piece.AsMemory(0, (int)Math.Min(Piece, end - offset)), call.Cancelled).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                offset += read;
                ended = offset >= end;
                await call.WriteAsync(piece.AsMemory(0, read), ended, call.Cancelled).ConfigureAwait(false);
            }

            if (!ended)
            {
                await call.WriteAsync(default, true, call.Cancelled).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        static (string Name, long Offset, long Count) Parse(ReadOnlySpan<byte> payload)
        {
            ByteReader reader = new(payload);
            return (ObjectMessages.ReadText(ref reader), reader.ReadLength(), reader.ReadLength());
        }
    }

    private static async Task ListAsync(IncomingCall call, IAsyncEnumerable<ObjectInfo> objects)
    {
        ByteWriter writer = new(Piece + ObjectMessages.MaximumName + 16);
        bool answered = false;
        await foreach (ObjectInfo info in objects.ConfigureAwait(false))
        {
            if (!answered)
            {
                await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
                answered = true;
            }

            ObjectMessages.WriteInfo(writer, info);
            if (writer.Length >= Piece)
            {
                await call.WriteAsync(writer.WrittenMemory, false, call.Cancelled).ConfigureAwait(false);
                writer.Clear();
            }
        }

        if (!answered)
        {
            await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
        }

        await call.WriteAsync(writer.WrittenMemory, true, call.Cancelled).ConfigureAwait(false);
    }

    private async Task PutAsync(IncomingCall call, IObjectStorage storage)
    {
        (string name, string owner) = Parse(call.Payload);
        _rights.RequirePut(name);
        IObjectUpload upload = await storage.BeginPutAsync(name, owner, call.Cancelled).ConfigureAwait(false);
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            await using (upload.ConfigureAwait(false))
            {
                while (true)
                {
                    int read = await call.ReadFullyAsync(piece.AsMemory(0, Piece), call.Cancelled).ConfigureAwait(false);
                    if (read == 0)
                    {
                        break;
                    }

                    await upload.WriteAsync(piece.AsMemory(0, read), call.Cancelled).ConfigureAwait(false);
                }

                // A put of the very bytes that are there succeeds, and makes nobody's lease another's.
                bool isNew = !ClientRights.IsLease(name) || await storage.GetLengthAsync(name, call.Cancelled).ConfigureAwait(false) is null;
                await upload.CommitAsync(call.Cancelled).ConfigureAwait(false);
                if (isNew)
                {
                    _rights.NoteNew(name);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        await call.AnswerAsync(default).ConfigureAwait(false);

        static (string Name, string Owner) Parse(ReadOnlySpan<byte> payload)
        {
            ByteReader reader = new(payload);
            return (ObjectMessages.ReadText(ref reader), ObjectMessages.ReadText(ref reader));
        }
    }

    private async Task DeleteAsync(IncomingCall call, IObjectStorage storage)
    {
        string name = NameOf(call);
        _rights.RequireDelete(name);
        await storage.DeleteAsync(name, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(default).ConfigureAwait(false);
    }

    private async Task PutLockedAsync(IncomingCall call, IObjectStorage storage)
    {
        string name = NameOf(call);
        _rights.RequirePut(name);
        byte[] bytes = await call.ReadAllAsync(MaximumLocked, call.Cancelled).ConfigureAwait(false);
        IAsyncDisposable? held = await storage.TryPutLockedAsync(name, bytes, call.Cancelled).ConfigureAwait(false);
        if (held is null)
        {
            await call.AnswerAsync(default).ConfigureAwait(false);
            return;
        }

        ulong number;
        lock (_gate)
        {
            number = ++_lastLock;
            _locks.Add(number, held);
        }

        _rights.NoteNew(name);
        await call.AnswerAsync(ObjectMessages.Number(number)).ConfigureAwait(false);
    }

    private async Task UnlockAsync(IncomingCall call)
    {
        ulong number = new ByteReader(call.Payload).ReadVarUInt();
        IAsyncDisposable? held;
        lock (_gate)
        {
            _locks.Remove(number, out held);
        }

        if (held is not null)
        {
            await held.DisposeAsync().ConfigureAwait(false);
        }

        await call.AnswerAsync(default).ConfigureAwait(false);
    }

    private static async Task FlushNamesAsync(IncomingCall call, IObjectStorage storage)
    {
        List<string> folders = Parse(await call.ReadAllAsync(MaximumFolders, call.Cancelled).ConfigureAwait(false));
        await storage.FlushNamesAsync(folders, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(default).ConfigureAwait(false);

        static List<string> Parse(ReadOnlySpan<byte> payload)
        {
            List<string> folders = [];
            ByteReader reader = new(payload);
            while (!reader.IsEmpty)
            {
                string folder = ObjectMessages.ReadText(ref reader);
                ObjectNames.Check(folder);
                folders.Add(folder);
            }

            return folders;
        }
    }

    private static async IAsyncEnumerable<ObjectInfo> ListUnfinishedAsync(
        IObjectStorage storage, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (UnfinishedUpload unfinished in await storage.ListUnfinishedAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return new ObjectInfo(unfinished.Owner, unfinished.Length);
        }
    }

    private async Task SweepUnfinishedAsync(IncomingCall call, IObjectStorage storage)
    {
        string owner = NameOf(call);
        _rights.RequireFull($"remove what '{owner}' left unfinished");
        await storage.SweepUnfinishedAsync(owner, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(default).ConfigureAwait(false);
    }
}
