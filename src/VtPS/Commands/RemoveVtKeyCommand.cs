using System.Management.Automation;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Removes a key slot: its password or key file opens the Store no longer.</summary>
[Cmdlet(VerbsCommon.Remove, "VtKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VtKey))]
public sealed class RemoveVtKeyCommand : VtStoreCommand
{
    /// <summary>The slot.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The key: the id of its slot, a unique prefix or what Get-VtKey returns.")]
    [Alias("KeyId")]
    [ValidateNotNull]
    public VtKeyReference? Key { get; set; }

    /// <summary>Whether to write the slot out.</summary>
    [Parameter(HelpMessage = "Write out what was removed.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession session = OpenStoreOf(Key!.StoreLocation, Key.StoreId, Key);
        string? id = AwaitItem(token => KeyOperations.ResolveAsync(session, Key.KeyId, token), Key.KeyId);
        if (id is null || !ShouldProcess($"Key {id} of '{session.Info.Path}'", "Remove the key"))
        {
            return;
        }

        VtKey? removed = AwaitItem(
            async token => await KeyOperations.RemoveAsync(session, id, token).ConfigureAwait(false)
                ?? throw new VtException(VtErrorId.ItemNotFound, $"Key {id} is gone from '{session.Info.Path}' already.", id),
            id);
        if (removed is not null && PassThru)
        {
            WriteObject(removed);
        }
    }
}
