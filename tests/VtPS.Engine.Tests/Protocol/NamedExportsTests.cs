using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>Several Stores and trees behind one service, by their names and by nothing else.</summary>
public sealed class NamedExportsTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private readonly List<Task> _services = [];
    private readonly List<NamedExports> _exports = [];

    public async Task InitializeAsync()
    {
        foreach (string store in new[] { "one", "two" })
        {
            await using TestStore made = await TestStore.CreateAsync(_temp.Combine(store));
        }

        Directory.CreateDirectory(_temp.Combine("tree"));
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_services);
        foreach (NamedExports exports in _exports)
        {
            await exports.DisposeAsync();
        }

        _temp.Dispose();
    }

    [Theory]
    [InlineData("home", "one")]
    [InlineData("/home", "one")]
    [InlineData("HOME", "one")]
    [InlineData("photos.2026_a-b", "two")]
    public async Task A_name_opens_its_own_Store(string asked, string folder)
    {
        await using RemoteObjectStorage storage = await ConnectAsync(Several(), asked);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(_temp.Combine(folder), StoreNames.Config)), await storage.GetAsync(StoreNames.Config, 1 << 20, default));
    }

    [Theory]
    [InlineData("nothing", VtErrorId.StoreNotFound)]
    [InlineData("/nothing", VtErrorId.StoreNotFound)]
    [InlineData("", VtErrorId.StoreNotSpecified)]
    [InlineData("/", VtErrorId.StoreNotSpecified)]
    [InlineData("tree", VtErrorId.PeerRightDenied)]
    [InlineData("//home", VtErrorId.PeerRightDenied)]
    [InlineData("home/", VtErrorId.PeerRightDenied)]
    [InlineData("~/one", VtErrorId.PeerRightDenied)]
    [InlineData("..", VtErrorId.PeerRightDenied)]
    [InlineData("!touch pwned", VtErrorId.PeerRightDenied)]
    public async Task What_is_no_name_of_a_Store_is_refused_and_no_path_is_told(string asked, VtErrorId id)
    {
        VtException error = await Assert.ThrowsAsync<VtException>(() => ConnectAsync(Several(), asked));
        Assert.Equal(id, error.ErrorId);
        Assert.DoesNotContain(_temp.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_path_of_what_is_served_is_refused_on_every_level()
    {
        VtException objects = await Assert.ThrowsAsync<VtException>(() => ConnectAsync(Several(), _temp.Combine("one")));
        VtException blocks = await Assert.ThrowsAsync<VtException>(() => RemoteBlocks.ConnectAsync(Serve(Several()), _temp.Combine("one"), default));
        VtException trees = await Assert.ThrowsAsync<VtException>(() => SyncWithAsync(Several(), _temp.Combine("tree")));
        Assert.Equal([VtErrorId.PeerRightDenied, VtErrorId.PeerRightDenied, VtErrorId.PeerRightDenied], [objects.ErrorId, blocks.ErrorId, trees.ErrorId]);
    }

    [Fact]
    public async Task Each_export_has_its_own_right()
    {
        NamedExports exports = new([("home", Export("one", ExportRight.Full)), ("past", Export("one", ExportRight.AppendOnly)), ("view", Export("two", ExportRight.ReadOnly)), ("new", Export("three", ExportRight.AppendOnly)), ("free", Export("four"))]);
        await using RemoteObjectStorage home = await ConnectAsync(exports, "home");
        await home.PutAsync("data/ab/x", "me", new byte[5], default);
        await home.DeleteAsync("data/ab/x", default);

        await using RemoteObjectStorage past = await ConnectAsync(exports, "past");
        await past.PutAsync("data/ab/y", "me", new byte[5], default);
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => past.DeleteAsync("data/ab/y", default).AsTask())).ErrorId);

        await using RemoteObjectStorage view = await ConnectAsync(exports, "view");
        Assert.NotNull(await view.GetLengthAsync(StoreNames.Config, default));
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => view.PutAsync("data/ab/z", "me", new byte[5], default).AsTask())).ErrorId);

        await using RemoteBlocks blocks = await RemoteBlocks.ConnectAsync(Serve(exports), "view", default);
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => blocks.PutAsync(new byte[5], false, default))).ErrorId);

        VtException made = await Assert.ThrowsAsync<VtException>(() => RemoteObjectStorage.ConnectAsync(Serve(exports), "new", true, default));
        Assert.Equal(VtErrorId.PeerRightDenied, made.ErrorId);
        Assert.False(Directory.Exists(_temp.Combine("three")));
        await using RemoteObjectStorage free = await RemoteObjectStorage.ConnectAsync(Serve(exports), "free", true, default);
        Assert.True(Directory.Exists(_temp.Combine("four")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("only")]
    public async Task Of_a_single_export_the_name_can_be_left_out(string asked)
    {
        await using RemoteObjectStorage storage = await ConnectAsync(new NamedExports([("only", Export("two"))]), asked);
        Assert.NotNull(await storage.GetLengthAsync(StoreNames.Config, default));
    }

    [Fact]
    public async Task A_Store_that_is_gone_is_told_of_by_its_name()
    {
        NamedExports exports = new([("gone", Export("nowhere")), ("home", Export("one"))]);
        VtException error = await Assert.ThrowsAsync<VtException>(() => ConnectAsync(exports, "gone"));
        Assert.Equal(VtErrorId.StoreNotFound, error.ErrorId);
        Assert.Contains("'gone'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_temp.Path, error.Message, StringComparison.Ordinal);
        VtException atStart = await Assert.ThrowsAsync<VtException>(() => exports.RequireThereAsync(default).AsTask());
        Assert.Equal((VtErrorId.StoreNotFound, _temp.Combine("nowhere")), (atStart.ErrorId, atStart.Target));
    }

    [Fact]
    public async Task A_tree_is_opened_by_its_name_and_a_Store_is_none()
    {
        await SyncWithAsync(Several(), "/tree");
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => SyncWithAsync(Several(), "home"))).ErrorId);
        Assert.Equal(VtErrorId.PathNotFound, (await Assert.ThrowsAsync<VtException>(() => SyncWithAsync(Several(), "nothing"))).ErrorId);
        NamedExports bound = new([("tree", new StoreExport(null, ExportRight.AppendOnly, new MemoryBlockIndexFactory(), _temp.Combine("tree")))]);
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => SyncWithAsync(bound, "tree"))).ErrorId);
    }

    [Fact]
    public async Task An_encrypted_Store_needs_no_key_where_it_is_served()
    {
        TestStore.EncryptFromHere();
        await using (TestStore made = await TestStore.CreateAsync(_temp.Combine("sealed")))
        {
            Assert.True(made.Session.Info.IsEncrypted);
        }

        byte[] content = TestContent.Random(10_000, 7);
        _temp.WriteFile("src/file", content);
        NamedExports exports = new([("sealed", Export("sealed")), ("home", Export("one"))]);
        await using TestStore store = await TestStore.OpenAsync(await ConnectAsync(exports, "sealed"));
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"));
        Assert.Equal(content, await store.ReadFileAsync(backup, "src/file"));
        Assert.Equal(VtErrorId.PasswordRequired, (await Assert.ThrowsAsync<VtException>(() => RemoteBlocks.ConnectAsync(Serve(exports), "sealed", default))).ErrorId);
    }

    [Fact]
    public async Task At_a_socket_the_name_is_the_address_s_fragment()
    {
        using CancellationTokenSource stop = new();
        using SocketService service = SocketService.Listen(_temp.Combine("s#1%"), Several(), _ => { });
        Task running = service.RunAsync(stop.Token);
        await using (IObjectStorage storage = await OpenAsync("#home"))
        {
            Assert.NotNull(await storage.GetLengthAsync(StoreNames.Config, default));
        }

        Assert.Equal(VtErrorId.StoreNotSpecified, (await Assert.ThrowsAsync<VtException>(() => OpenAsync(string.Empty))).ErrorId);
        Assert.Equal(VtErrorId.StoreNotFound, (await Assert.ThrowsAsync<VtException>(() => OpenAsync("#nothing"))).ErrorId);
        Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => OpenAsync("#"))).ErrorId);
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => OpenAsync("#" + _temp.Combine("one")))).ErrorId);
        await stop.CancelAsync();
        await running;

        Task<IObjectStorage> OpenAsync(string fragment) => StorageLocator.OpenExistingAsync(new StoreAddress($"unix://{_temp.Combine("s%231%25")}{fragment}"), default);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("photos.2026_a-B", true)]
    [InlineData(".hidden", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("a:b", false)]
    [InlineData("~", false)]
    [InlineData("ä", false)]
    [InlineData("a\n", false)]
    public void Names_are_of_letters_digits_dots_dashes_and_underscores(string text, bool isName) => Assert.Equal(isName, NamedExports.IsName(text));

    private StoreExport Export(string folder, ExportRight right = ExportRight.Full) => new(new StoreAddress(_temp.Combine(folder)), right, new MemoryBlockIndexFactory());

    private NamedExports Several() => new([
        ("home", Export("one")),
        ("photos.2026_a-b", Export("two")),
        ("tree", new StoreExport(null, ExportRight.Full, new MemoryBlockIndexFactory(), _temp.Combine("tree"))),
    ]);

    private IPeerTransport Serve(NamedExports exports)
    {
        TestWire wire = new();
        _exports.Add(exports);
        _services.Add(PeerService.RunAsync(wire.Server, exports.OpenAsync, exports.Right, default));
        return wire.Client;
    }

    private Task<RemoteObjectStorage> ConnectAsync(NamedExports exports, string asked) => RemoteObjectStorage.ConnectAsync(Serve(exports), asked, false, default);

    private async Task SyncWithAsync(NamedExports exports, string asked)
    {
        await using RemotePeer peer = await RemotePeer.ConnectAsync(Serve(exports), asked, isDry: true, NullObserver.Instance, default);
        Assert.Equal(_temp.Combine("tree"), (await peer.OpenAsync([], default)).Path);
    }
}
