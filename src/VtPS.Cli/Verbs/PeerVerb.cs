using System.CommandLine;
using VtPS.Cli.Arguments;
using VtPS.Cli.Hosting;
using VtPS.Cli.Output;
using VtPS.Engine.Protocol;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Verbs;

/// <summary><c>vt peer</c>: registers, lists and removes the names of trees to sync with, which the cmdlets know, too. None of them is reached.</summary>
internal static class PeerVerb
{
    public static Command Create(CliHost host) => new("peer", "Names of trees to sync with, for vt sync. The trees themselves are not touched.")
    {
        CreateList(host),
        CreateAdd(host),
        CreateRemove(host),
    };

    private static Command CreateList(CliHost host)
    {
        Command command = new("list", "List the registered peers.");
        Run(command, host, static (_, registry) => registry.List());
        return command;
    }

    private static Command CreateAdd(CliHost host)
    {
        Command command = new("add", "Give a tree a name for vt sync, and say for which group and with what right.");
        Argument<string> name = NewName("The name. Names are compared without regard to case.");
        Argument<string> peer = CommonOptions.NotEmpty(new Argument<string>("PEER")
        {
            Description = "The tree: a folder, or an address (ssh://host/path, unix:///path/of/socket, or ! and a command that serves it). It need not be there now.",
        });
        Option<string?> group = CommonOptions.NotEmpty(CommonOptions.Text("--group", "NAME", "The group that every sync with this peer is for: trees of another are refused."));
        Option<VtPeerRight?> right = CommonOptions.OneOf(
            "--right",
            "What a sync with it may do: read, it only gives; write, it only takes. Default: read-write.",
            ("read-write", VtPeerRight.ReadWrite), ("read", VtPeerRight.Read), ("write", VtPeerRight.Write));
        command.Add(name);
        command.Add(peer);
        command.Add(group);
        command.Add(right);
        Run(command, host, (result, registry) =>
        {
            string tree = result.GetRequiredValue(peer);
            VtPeer added = new()
            {
                Name = result.GetRequiredValue(name),
                Uri = ArgumentText.IsText(tree) && PeerAddress.TryParse(tree, isFromData: false, out _) ? tree : LivePath.AbsoluteText(tree),
                Group = result.GetValue(group),
                Right = result.GetValue(right) ?? VtPeerRight.ReadWrite,
            };
            registry.Add(added);
            return [added];
        });
        return command;
    }

    private static Command CreateRemove(CliHost host)
    {
        Command command = new("remove", "Take a peer's name away. Its tree, and what it is in a group, stay as they are.");
        Argument<string> name = NewName("The registered name; vt peer list shows them.");
        command.Add(name);
        Run(command, host, (result, registry) =>
        {
            VtPeer removed = registry.Get(result.GetRequiredValue(name));
            registry.Remove(removed.Name);
            return [removed];
        });
        return command;
    }

    private static Argument<string> NewName(string description) => CommonOptions.NotEmpty(new Argument<string>("NAME") { Description = description });

    private static void Run(Command command, CliHost host, Func<ParseResult, PeerRegistry, IReadOnlyList<VtPeer>> action)
    {
        Option<bool> json = CommonOptions.Json();
        command.Add(json);
        command.SetAction(result =>
        {
            Write(action(result, PeerRegistry.ForUser()), result.GetValue(json), host.Output);
            return ExitCode.Done;
        });
    }

    private static void Write(IReadOnlyList<VtPeer> peers, bool json, OutputWriter output)
    {
        if (json)
        {
            using RowWriter<VtPeer> rows = new(output, VtJsonContext.Default.VtPeer, static peer => peer.Name);
            foreach (VtPeer peer in peers)
            {
                rows.Write(peer);
            }

            return;
        }

        TextTable table = new("NAME", "RIGHT", "GROUP", "PEER");
        foreach (VtPeer peer in peers)
        {
            table.Add(peer.Name, peer.Right.ToString(), peer.Group ?? string.Empty, peer.Uri);
        }

        table.WriteTo(output);
    }
}
