namespace VtPS.Engine.Protocol;

/// <summary>
/// What one client may do to a Store's objects, by its right and by what it has put itself. Append-only means: data files, backups and their amendments may be put;
/// a lease may be put, beaten and ended by the client that put it; nothing else is put, and nothing deleted. Safe for use by many threads.
/// </summary>
internal sealed class ClientRights(ExportRight right)
{
    private const string Leases = "leases/";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _leases = new(StringComparer.Ordinal);

    /// <summary>Ends a call that the client may not make.</summary>
    /// <exception cref="VtException">PeerRightDenied.</exception>
    public void RequireFull(string what) => Require(right == ExportRight.Full, what);

    /// <summary>Ends a call that only clients make who may write.</summary>
    /// <exception cref="VtException">PeerRightDenied.</exception>
    public void RequireAppend(string what) => Require(right >= ExportRight.AppendOnly, what);

    /// <summary>Whether the client may put an object of this name.</summary>
    /// <exception cref="VtException">PeerRightDenied.</exception>
    public void RequirePut(string name) => Require(
        right == ExportRight.Full
            || (right == ExportRight.AppendOnly && (IsBelow(name, "data/") || IsBelow(name, "backups/") || IsLease(name) || IsOwn(name))),
        $"put '{name}'");

    /// <summary>Whether the client may delete the object of this name.</summary>
    /// <exception cref="VtException">PeerRightDenied.</exception>
    public void RequireDelete(string name) => Require(right == ExportRight.Full || (right == ExportRight.AppendOnly && IsOwn(name)), $"delete '{name}'");

    /// <summary>Notes that the client has put an object that was not there before.</summary>
    public void NoteNew(string name)
    {
        if (IsLease(name))
        {
            lock (_gate)
            {
                _leases.Add(OwnerOf(name));
            }
        }
    }

    /// <summary>Whether this is the name of a lease itself, and not of a beat.</summary>
    public static bool IsLease(string name) => IsBelow(name, Leases) && name == $"{Leases}{OwnerOf(name)}.json";

    private static bool IsBelow(string name, string folder) => name.StartsWith(folder, StringComparison.Ordinal);

    private static string OwnerOf(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? name[Leases.Length..] : name[Leases.Length..dot];
    }

    /// <summary>Whether the name is that of a lease that the client has put, or of one of its beats.</summary>
    private bool IsOwn(string name)
    {
        lock (_gate)
        {
            return IsBelow(name, Leases) && _leases.Contains(OwnerOf(name));
        }
    }

    private void Require(bool allowed, string what)
    {
        if (!allowed)
        {
            throw new VtException(
                VtErrorId.PeerRightDenied,
                $"The Store is served {(right == ExportRight.ReadOnly ? "read-only" : "append-only")}: a client may not {what}. Do that on the machine that serves it, or have it served with more rights.",
                what);
        }
    }
}
