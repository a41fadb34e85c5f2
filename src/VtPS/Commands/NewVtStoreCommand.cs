using System.Management.Automation;
using System.Security;
using VtPS.Completers;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Makes a Store in a folder that is empty or not there yet.</summary>
[Cmdlet(VerbsCommon.New, "VtStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtStore))]
public sealed class NewVtStoreCommand : VtCommand
{
    /// <summary>Where.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The folder of the new Store, taken literally, or an address such as ssh://host/path. The folder must be empty or not exist; it is made.")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The hash function.</summary>
    [Parameter(HelpMessage = "The hash function that names the Store's blocks, for good: sha256 (the default), sha512 or sha3-256.")]
    [Alias("Algorithm")]
    [ValidateSet("sha256", "sha512", "sha3-256")]
    public string HashName { get; set; } = "sha256";

    /// <summary>The mean block length.</summary>
    [Parameter(HelpMessage = "The mean block length aimed at, in bytes: a power of two from 4KB to 8MB. The default is 256KB.")]
    [ValidateRange(4096, 8 * 1024 * 1024)]
    public int AverageBlock { get; set; } = 256 * 1024;

    /// <summary>The shortest block.</summary>
    [Parameter(HelpMessage = "The shortest block, in bytes; only the last of a file is shorter. The default is a quarter of the average.")]
    [ValidateRange(1, 8 * 1024 * 1024)]
    public int MinimumBlock { get; set; }

    /// <summary>The longest block.</summary>
    [Parameter(HelpMessage = "The longest block, in bytes, up to 8MB. The default is four times the average.")]
    [ValidateRange(1, 8 * 1024 * 1024)]
    public int MaximumBlock { get; set; }

    /// <summary>The codec.</summary>
    [Parameter(HelpMessage = "The codec of new data: zstd (the default where the machine has libzstd), brotli or none.")]
    [ValidateSet("zstd", "brotli", "none")]
    public string? Compression { get; set; }

    /// <summary>The codec's level.</summary>
    [Parameter(HelpMessage = "The codec's level. The default is 3 for zstd and 4 for brotli; higher is smaller and slower.")]
    public int CompressionLevel { get; set; }

    /// <summary>The password.</summary>
    [Parameter(HelpMessage = "Encrypt the Store, and let this password open it. With -KeyFile, either opens it.")]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>The key file.</summary>
    [Parameter(HelpMessage = "Encrypt the Store, and let the content of this file open it: at least 16 bytes, best 32 random ones. Keep copies of it elsewhere.")]
    [ValidateNotNullOrEmpty]
    public string? KeyFile { get; set; }

    /// <summary>The name.</summary>
    [Parameter(HelpMessage = "A name to register the Store under, for -Store.")]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>A text.</summary>
    [Parameter(HelpMessage = "A text kept in the Store that says what it is for.")]
    public string? Description { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            string location = LivePaths.IsRemote(Path) ? Path : new LivePaths(SessionState).Resolve(Path);
            if (Name is not null && StoreRegistry.ForUser().Find(Name) is { } taken)
            {
                Fail(new VtException(VtErrorId.NameExists, $"The name '{Name}' is registered for the Store '{taken.Path}'. Choose another name, or free this one with Unregister-VtStore.", Name));
            }

            if (ShouldProcess(location, Name is null ? "Create a Store" : $"Create a Store and register it as '{Name}'"))
            {
                Create(location);
            }
        }
        catch (VtException exception)
        {
            Fail(exception, Path);
        }
    }

    private void Create(string location)
    {
        CreateStoreRequest request = new()
        {
            Address = new StoreAddress(location, Name),
            HashName = HashNames.Parse(HashName),
            AverageBlock = AverageBlock,
            MinimumBlock = MyInvocation.BoundParameters.ContainsKey(nameof(MinimumBlock)) ? MinimumBlock : null,
            MaximumBlock = MyInvocation.BoundParameters.ContainsKey(nameof(MaximumBlock)) ? MaximumBlock : null,
            Compression = Compression,
            CompressionLevel = MyInvocation.BoundParameters.ContainsKey(nameof(CompressionLevel)) ? CompressionLevel : null,
            Description = Description,
            Credentials = Credentials(),
        };
        CommandObserver observer = Observe(wantsItems: false);
        Run(async token =>
        {
            VtStore store = await StoreCreation.CreateAsync(request, observer, token).ConfigureAwait(false);
            if (Name is not null)
            {
                StoreRegistry.ForUser().Add(new RegisteredStore(Name, store.Path, request.Credentials?.KeyFile, request.Credentials?.PasswordFile));
            }

            Post(() => WriteObject(store));
        });
    }

    /// <summary>What is to open the Store; without parameters, what the environment names, as for every other command.</summary>
    private StoreCredentials? Credentials() => Password is null && KeyFile is null
        ? StoreCredentials.FromEnvironment()
        : new StoreCredentials { Password = Password, KeyFile = KeyFile is null ? null : new LivePaths(SessionState).Resolve(KeyFile) };
}
