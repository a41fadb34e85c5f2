using VtPS.Engine.Stores;
using VtPS.Loading;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>A command that opens Stores: one at a time, from its first use until another is asked for or the command ends.</summary>
public abstract class VtSessionCommand : VtCommand
{
    private StoreSession? _session;
    private string? _sessionLocation;
    private LivePaths? _paths;

    private protected VtSessionCommand()
    {
    }

    /// <summary>Reads live paths relative to PowerShell's location.</summary>
    private protected LivePaths Paths => _paths ??= new LivePaths(SessionState);

    /// <summary>Opens a Store unless it is the one that is open; that one is closed.</summary>
    private protected StoreSession Open(StoreAddress address)
    {
        if (_session is not null && _sessionLocation == address.Location)
        {
            return _session;
        }

        CloseStore();
        StoreAddress unlocked = Unlock(address);
        _session = Await(token => StoreSession.OpenAsync(unlocked, BlockIndexFactory.Create(), token));
        _sessionLocation = address.Location;
        return _session;
    }

    /// <summary>The address with what opens the Store, where this command has parameters for that.</summary>
    private protected virtual StoreAddress Unlock(StoreAddress address) => address;

    /// <inheritdoc/>
    private protected override async ValueTask ReleaseAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void CloseStore()
    {
        if (_session is { } session)
        {
            _session = null;
            session.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
