using System.Management.Automation;
using System.Security;
using VtPS.Completers;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>A command that makes key slots: <c>-NewPassword</c>, <c>-NewKeyFile</c>, or both.</summary>
public abstract class VtNewKeyCommand : VtStoreCommand
{
    private protected VtNewKeyCommand()
    {
    }

    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The encrypted Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>The new password.</summary>
    [Parameter(HelpMessage = "A new password that is to open the Store.")]
    [ValidateNotNull]
    public SecureString? NewPassword { get; set; }

    /// <summary>The new key file.</summary>
    [Parameter(HelpMessage = "A key file whose content is to open the Store: at least 16 bytes, best 32 random ones. Keep copies of it elsewhere.")]
    [ValidateNotNullOrEmpty]
    public string? NewKeyFile { get; set; }

    /// <summary>What is asked before it is done.</summary>
    private protected abstract string Action { get; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (NewPassword is null && NewKeyFile is null)
        {
            Fail(new VtException(VtErrorId.InvalidArgument, "Neither -NewPassword nor -NewKeyFile was given. Give one of them, or both.", nameof(NewPassword)));
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        StoreSession session = OpenStore();
        if (ShouldProcess(session.Info.Path, Action))
        {
            StoreCredentials secrets = new() { Password = NewPassword, KeyFile = NewKeyFile is null ? null : Paths.Resolve(NewKeyFile) };
            WriteObject(AwaitItem(token => MakeAsync(session, secrets, token), session.Info.Path) ?? [], enumerateCollection: true);
        }
    }

    /// <summary>Makes the slots; the rows that the command emits.</summary>
    private protected abstract Task<List<VtKey>> MakeAsync(StoreSession session, StoreCredentials secrets, CancellationToken cancellationToken);
}
