using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Sync;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Shows the registered peers, sorted by name. Reaches none of them.</summary>
[Cmdlet(VerbsCommon.Get, "VtPeer")]
[OutputType(typeof(VtPeer))]
public sealed class GetVtPeerCommand : VtCommand
{
    /// <summary>Names.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "Registered names; wildcards are allowed, case does not count. Without it, all.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>A group.</summary>
    [Parameter(HelpMessage = "Only peers that are registered for this group; wildcards are allowed, case does not count.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Group { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<VtPeer> peers = [];
        try
        {
            peers = PeerRegistry.ForUser().List();
        }
        catch (VtException exception)
        {
            Fail(exception);
        }

        foreach (string name in Name ?? ["*"])
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            VtPeer[] named = [.. peers.Where(peer => pattern.IsMatch(peer.Name))];
            if (named.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(ErrorRecords.From(new VtException(VtErrorId.PeerNotFound, $"No peer is registered as '{name}'. Get-VtPeer without a name lists the registered ones.", name)));
            }

            WildcardPattern? group = Group is null ? null : WildcardPattern.Get(Group, WildcardOptions.IgnoreCase);
            WriteObject(named.Where(peer => group is null || (peer.Group is { } its && group.IsMatch(its))), enumerateCollection: true);
        }
    }
}
