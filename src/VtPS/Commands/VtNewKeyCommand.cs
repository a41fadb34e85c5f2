using System.Management.Automation;
using System.Security;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>A command that makes key slots: <c>-NewPassword</c>, <c>-NewKeyFile</c>, or both.</summary>
public abstract class VtNewKeyCommand : VtStoreCommand
{
    private protected VtNewKeyCommand()
    {
    }

    /// <summary>The new password.</summary>
    [Parameter(HelpMessage = "A new password that is to open the Store.")]
    [ValidateNotNull]
    public SecureString? NewPassword { get; set; }

    /// <summary>The new key file.</summary>
    [Parameter(HelpMessage = "A key file whose content is to open the Store: at least 16 bytes, best 32 random ones. Keep copies of it elsewhere.")]
    [ValidateNotNullOrEmpty]
    public string? NewKeyFile { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (NewPassword is null && NewKeyFile is null)
        {
            Fail(new VtException(VtErrorId.InvalidArgument, "Neither -NewPassword nor -NewKeyFile was given. Give one of them, or both.", nameof(NewPassword)));
        }

        base.BeginProcessing();
    }

    /// <summary>What was given.</summary>
    private protected StoreCredentials NewSecrets() => new() { Password = NewPassword, KeyFile = NewKeyFile is null ? null : Paths.Resolve(NewKeyFile) };
}
