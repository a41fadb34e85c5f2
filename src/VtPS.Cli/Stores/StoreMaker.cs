using System.CommandLine;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Stores;

/// <summary>Makes Stores for <c>vt init</c> and <c>vt backup --init</c>, and registers their names.</summary>
internal static class StoreMaker
{
    /// <summary>Makes a Store, and registers it where a name was given.</summary>
    public static async Task<VtStore> CreateAsync(CreationOptions options, ParseResult result, StoreAddress address, CliHost host)
    {
        string? name = options.Name(result);
        if (name is not null && StoreRegistry.ForUser().Find(name) is { } other && other.Path != address.Location)
        {
            throw NameTaken(other);
        }

        VtStore store = await StoreCreation.CreateAsync(options.Read(result, address), new CliObserver(host.Errors), host.Token).ConfigureAwait(false);
        return Register(store, name, address);
    }

    /// <summary>Opens the Store, after making it where there is none. One that is there must be what the options ask for.</summary>
    public static async Task<StoreSession> OpenOrCreateAsync(CreationOptions options, ParseResult result, StoreAddress address, CliHost host)
    {
        StoreSession? session = await TryOpenAsync(address, host).ConfigureAwait(false);
        if (session is null)
        {
            try
            {
                await CreateAsync(options, result, address, host).ConfigureAwait(false);
                return await StoreSession.OpenAsync(address, host.Indexes, host.Token).ConfigureAwait(false);
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.StoreExists)
            {
                // Another process made it in the meantime.
                session = await StoreSession.OpenAsync(address, host.Indexes, host.Token).ConfigureAwait(false);
            }
        }

        try
        {
            options.RequireMatch(result, session.Info);
            Register(session.Info, options.Name(result), address);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<StoreSession?> TryOpenAsync(StoreAddress address, CliHost host)
    {
        try
        {
            return await StoreSession.OpenAsync(address, host.Indexes, host.Token).ConfigureAwait(false);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.StoreNotFound)
        {
            return null;
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.NotAStore)
        {
            // What is not free after there was no Store is none, or the Store that another process has made between the two looks.
            return address.IsRemote || IsFree(address.Location) ? null : await StoreSession.OpenAsync(address, host.Indexes, host.Token).ConfigureAwait(false);
        }
    }

    private static VtStore Register(VtStore store, string? name, StoreAddress address)
    {
        if (name is null)
        {
            return store;
        }

        StoreRegistry registry = StoreRegistry.ForUser();
        RegisteredStore? known = registry.Find(name);
        if (known is null)
        {
            try
            {
                registry.Add(new RegisteredStore(name, address.Location, address.Credentials?.KeyFile, address.Credentials?.PasswordFile));
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.NameExists && registry.Find(name)?.Path == address.Location)
            {
                // Another process gave this Store the name in the meantime.
            }
        }
        else if (known.Path != address.Location)
        {
            throw NameTaken(known);
        }

        return new VtStore
        {
            Name = name,
            Path = store.Path,
            StoreId = store.StoreId,
            HashName = store.HashName,
            MinimumBlock = store.MinimumBlock,
            AverageBlock = store.AverageBlock,
            MaximumBlock = store.MaximumBlock,
            Compression = store.Compression,
            CompressionLevel = store.CompressionLevel,
            IsEncrypted = store.IsEncrypted,
            FormatVersion = store.FormatVersion,
            CreationTime = store.CreationTime,
            Description = store.Description,
        };
    }

    private static VtException NameTaken(RegisteredStore store) => new(
        VtErrorId.NameExists,
        $"The name '{store.Name}' is registered already, for '{store.Path}'. Choose another name, or take that one back with Unregister-VtStore.",
        store.Name);

    /// <summary>Whether a Store can be made there, or was begun to be made: then the attempt tells what to do.</summary>
    private static bool IsFree(string path)
    {
        try
        {
            return UnfinishedCreation.IsAll(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
