using System.Collections.Concurrent;
using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.Encryption;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>
/// A command that works on a Store: <c>-Store</c>, else the Store of the object piped in, else that of <c>VT_STORE</c>.
/// </summary>
public abstract class VtStoreCommand : VtSessionCommand
{
    /// <summary>The variable that names the Store where nothing else does.</summary>
    private const string StoreVariable = "VT_STORE";

    private protected VtStoreCommand()
    {
    }

    /// <summary>The Store.</summary>
    [Parameter(HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, the Store of the object piped in, else that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public virtual VtStoreReference? Store { get; set; }

    /// <summary>Opens the Store given by <c>-Store</c> at once, so that a wrong one is told before any work is done.</summary>
    protected override void BeginProcessing()
    {
        if (Store is not null)
        {
            OpenStore();
        }
    }

    /// <summary>The Store of <c>-Store</c>, else of <c>VT_STORE</c>; open until another is asked for or the command ends.</summary>
    private protected StoreSession OpenStore() => Open(ResolveStore(location: null, keys: null));

    /// <summary>The Store of an object piped in, unless <c>-Store</c> names one: that must then be the same Store.</summary>
    /// <param name="location">Where the object says its Store is; null where it does not say.</param>
    /// <param name="storeId">The id that the object gives for its Store; null where it gives none.</param>
    /// <param name="item">The object, for the message.</param>
    private protected StoreSession OpenStoreOf(string? location, string? storeId, object item)
    {
        VtStore? origin = OriginOf(item);
        StoreSession session = Open(ResolveStore(location, origin?.Keys, isFromData: origin is null));
        CheckStore(session, location, storeId, item);
        return session;
    }

    /// <summary>The Store of a backup and the backup itself; null after the error was written, when there is no such backup.</summary>
    private protected (StoreSession Session, VtBackup Backup)? OpenBackup(VtBackupReference reference)
    {
        StoreSession session = OpenStoreOf(reference.StoreLocation, reference.StoreId, reference);
        VtBackup? backup = reference.Live ?? AwaitItem(token => BackupCatalog.ResolveAsync(session, reference.Id, new BackupFilter(), token), reference.Id);
        return backup is null ? null : (session, backup);
    }

    /// <summary>The backup of an item; null after the error was written, when the Store does not have it.</summary>
    private protected VtBackup? OpenBackupOf(StoreSession session, VtItem item)
    {
        VtBackup? backup = null;
        VtException? failure = null;
        Await(async token =>
        {
            try
            {
                backup = await BackupCatalog.ResolveAsync(session, item.BackupId, new BackupFilter(), token).ConfigureAwait(false);
            }
            catch (VtException exception) when (exception.ErrorId == VtErrorId.BackupNotFound)
            {
                failure = exception;
            }

            return true;
        });
        if (failure is not null)
        {
            // An item says where its Store is, not which: ids of backups are never used again, so one that is not in -Store is of another.
            Report(
                Store is null || session.Info.Path == item.Store
                    ? failure
                    : new VtException(
                        VtErrorId.StoreMismatch,
                        $"'{item.Path}' is of backup {item.BackupId} in '{item.Store}', which the Store '{session.Info.Path}' does not have. Leave -Store out, or give the Store that the item came from.",
                        item),
                item);
        }

        return backup;
    }

    /// <summary>Takes the backups that a filter leaves, one by one; a record that cannot be read is one error.</summary>
    private protected void StreamBackups(StoreSession session, BackupFilter filter, Action<VtBackup> each)
    {
        ConcurrentQueue<VtException> damaged = new();
        Stream(BackupCatalog.ListAsync(session, filter, damaged.Enqueue, StopToken), each, session.Info.Path, damaged);
    }

    /// <summary>Ends the command if an object belongs to another Store than the one that is open.</summary>
    private protected void CheckStore(StoreSession session, string? location, string? storeId, object item)
    {
        if (storeId is not null && !storeId.Equals(session.Info.StoreId, StringComparison.OrdinalIgnoreCase))
        {
            Fail(
                new VtException(
                    VtErrorId.StoreMismatch,
                    $"'{item}' belongs to the Store with id {storeId} at '{location}', but the Store '{session.Info.Path}' has the id {session.Info.StoreId}. Leave -Store out, or give the Store that the object came from.",
                    item));
        }
    }

    /// <summary>Where a Store is that a reference means; reads the registered names, opens nothing.</summary>
    private protected StoreAddress Address(VtStoreReference reference)
    {
        try
        {
            return WithKeys(StoreAddresses.Of(reference, Paths), reference.Keys);
        }
        catch (VtException exception)
        {
            Fail(exception, reference.ToString());
            throw;
        }
    }

    private StoreAddress ResolveStore(string? location, KeyRing? keys, bool isFromData = false)
    {
        if (Store is not null)
        {
            StoreAddress named = Address(Store);
            return named.Location == location && named.Credentials is null ? WithKeys(named, keys) : named;
        }

        if (location is not null)
        {
            return WithKeys(new StoreAddress(location) { IsFromData = isFromData }, keys);
        }

        string? variable = Environment.GetEnvironmentVariable(StoreVariable);
        if (string.IsNullOrWhiteSpace(variable))
        {
            Fail(
                new VtException(
                    VtErrorId.StoreNotSpecified,
                    $"No Store was given. Use -Store with a path or a registered name, pipe in an object that has one, or set $env:{StoreVariable}.",
                    MyInvocation.MyCommand.Name));
        }

        return Address(new VtStoreReference(variable));
    }

    /// <summary>The Store that a live object came from, with its keys; null for anything else.</summary>
    private static VtStore? OriginOf(object item) => item switch
    {
        VtBackupReference reference => reference.Live?.Origin,
        VtKeyReference reference => reference.Origin,
        VtItem entry => entry.Origin,
        VtBackup backup => backup.Origin,
        VtBlock block => block.Origin,
        _ => null,
    };

    private static StoreAddress WithKeys(StoreAddress address, KeyRing? keys) =>
        keys is null ? address : address with { Credentials = new StoreCredentials { Ring = keys } };
}
