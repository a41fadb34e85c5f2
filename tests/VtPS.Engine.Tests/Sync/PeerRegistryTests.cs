using VtPS.Engine.Stores;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

public sealed class PeerRegistryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _file;
    private readonly PeerRegistry _registry;

    public PeerRegistryTests()
    {
        _file = _folder.Combine("config.json");
        _registry = new PeerRegistry(_file);
    }

    [Fact]
    public void Peers_and_Stores_share_the_file_and_nothing_else()
    {
        new StoreRegistry(_file).Add(new RegisteredStore("usb", "/mnt/usb"));
        _registry.Add(new VtPeer { Name = "USB", Uri = "/mnt/usb/tree", Group = "home", Right = VtPeerRight.Read });

        VtPeer peer = _registry.Find("usb")!;

        Assert.Equal(("USB", "/mnt/usb/tree", "home", VtPeerRight.Read), (peer.Name, peer.Uri, peer.Group, peer.Right));
        Assert.Equal("/mnt/usb", new StoreRegistry(_file).Find("usb")!.Path);
        Assert.True(_registry.Remove("usb"));
        Assert.False(_registry.Remove("usb"));
        Assert.Single(new StoreRegistry(_file).List());
    }

    [Fact]
    public void Without_a_group_or_a_right_any_group_is_meant_and_every_right()
    {
        _registry.Add(new VtPeer { Name = "nas", Uri = "ssh://nas/tree" });

        VtPeer peer = Assert.Single(_registry.List());

        Assert.Null(peer.Group);
        Assert.Equal(VtPeerRight.ReadWrite, peer.Right);
        Assert.DoesNotContain("Right", File.ReadAllText(_file));
    }

    [Theory]
    [InlineData("""{"Peers": {"a": {"Uri": "/a", "Right": "Everything"}}}""")]
    [InlineData("""{"Peers": {"a": {"Uri": "/a", "Right": "7"}}}""")]
    [InlineData("""{"Peers": {"a": {"Path": "/a"}}}""")]
    [InlineData("""{"Peers": ["a"]}""")]
    public void A_file_that_is_not_understood_is_told_and_never_taken_for_every_right(string json)
    {
        File.WriteAllText(_file, json);

        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => _registry.List()).ErrorId);
        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => _registry.Find("a")).ErrorId);
    }

    [Fact]
    public void A_word_is_an_address_a_path_a_name_or_a_folder_in_this_order()
    {
        _registry.Add(new VtPeer { Name = "nas", Uri = "ssh://nas/tree" });
        Directory.CreateDirectory(_folder.Combine("nas"));
        Directory.CreateDirectory(_folder.Combine("plain"));

        Assert.Equal("ssh://host/x", _registry.Resolve("ssh://host/x", _folder.Path).Location);
        Assert.Equal("!vt serve", _registry.Resolve("!vt serve", _folder.Path).Location);
        Assert.Equal("ssh://nas/tree", _registry.Resolve("NAS", _folder.Path).Location);
        Assert.Equal(_folder.Combine("nas"), _registry.Resolve("./nas", _folder.Path).Location);
        Assert.Equal(_folder.Combine("plain"), _registry.Resolve("plain", _folder.Path).Location);
        Assert.Equal(VtErrorId.PeerNotFound, Assert.Throws<VtException>(() => _registry.Resolve("other", _folder.Path)).ErrorId);
        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => _registry.Resolve("", _folder.Path)).ErrorId);
    }

    [Theory]
    [InlineData(VtPeerRight.ReadWrite, null, VtSyncDirection.Both)]
    [InlineData(VtPeerRight.ReadWrite, VtSyncDirection.Push, VtSyncDirection.Push)]
    [InlineData(VtPeerRight.Read, null, VtSyncDirection.Pull)]
    [InlineData(VtPeerRight.Read, VtSyncDirection.Pull, VtSyncDirection.Pull)]
    [InlineData(VtPeerRight.Read, VtSyncDirection.Push, null)]
    [InlineData(VtPeerRight.Read, VtSyncDirection.Both, null)]
    [InlineData(VtPeerRight.Write, null, VtSyncDirection.Push)]
    [InlineData(VtPeerRight.Write, VtSyncDirection.Both, null)]
    [InlineData(VtPeerRight.Write, VtSyncDirection.Pull, null)]
    public void A_right_bounds_the_direction(VtPeerRight right, VtSyncDirection? asked, VtSyncDirection? expected)
    {
        SyncTarget target = new("/a", new VtPeer { Name = "a", Uri = "/a", Right = right });

        if (expected is null)
        {
            Assert.Equal(VtErrorId.PeerRightDenied, Assert.Throws<VtException>(() => target.DirectionFor(asked)).ErrorId);
        }
        else
        {
            Assert.Equal(expected, target.DirectionFor(asked));
        }
    }

    [Fact]
    public void A_registered_group_is_used_and_not_overruled()
    {
        SyncTarget target = new("/a", new VtPeer { Name = "a", Uri = "/a", Group = "home" });

        Assert.Equal("home", target.GroupFor(null));
        Assert.Equal("home", target.GroupFor("home"));
        Assert.Equal("work", new SyncTarget("/a").GroupFor("work"));
        Assert.Null(new SyncTarget("/a").GroupFor(null));
        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => target.GroupFor("work")).ErrorId);
    }

    public void Dispose() => _folder.Dispose();
}
