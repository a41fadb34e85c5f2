using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Stores;

public sealed class StoreRegistryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StoreRegistry _registry;

    public StoreRegistryTests() => _registry = new StoreRegistry(_folder.Combine("deep", "config.json"));

    [Fact]
    public void Without_a_file_there_are_no_names()
    {
        Assert.Empty(_registry.List());
        Assert.Null(_registry.Find("usb"));
        Assert.False(_registry.Remove("usb"));
        Assert.False(Directory.Exists(_folder.Combine("deep")));
    }

    [Fact]
    public void Names_are_kept_sorted_and_found_in_any_case()
    {
        RegisteredStore usb = new("Usb", "/mnt/usb", "/k", "/p");
        _registry.Add(usb);
        _registry.Add(new RegisteredStore("büro", "/srv/büro"));

        StoreRegistry again = new(_registry.Path);
        Assert.Equal(["büro", "Usb"], again.List().Select(store => store.Name));
        Assert.Equal(usb, again.Find("USB"));
        Assert.True(again.Remove("usb"));
        Assert.Null(_registry.Find("Usb"));
    }

    [Fact]
    public void A_name_in_use_is_refused_in_any_case()
    {
        _registry.Add(new RegisteredStore("usb", "/a"));

        VtException error = Assert.Throws<VtException>(() => _registry.Add(new RegisteredStore("USB", "/b")));

        Assert.Equal(VtErrorId.NameExists, error.ErrorId);
        Assert.Equal("/a", _registry.Find("usb")!.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData(@"a\b")]
    [InlineData(".hidden")]
    [InlineData("~")]
    [InlineData("c:")]
    [InlineData("s3:x")]
    [InlineData(" a")]
    [InlineData("a\n")]
    public void A_name_that_could_be_a_path_is_refused(string name)
    {
        VtException error = Assert.Throws<VtException>(() => _registry.Add(new RegisteredStore(name, "/a")));

        Assert.Equal(VtErrorId.InvalidArgument, error.ErrorId);
        Assert.Empty(_registry.List());
    }

    [Fact]
    public void What_this_version_does_not_know_stays()
    {
        File.WriteAllText(Prepare(), """{"Peers":{"x":1},"Stores":{"a":{"Path":"/a","Later":true}}}""");

        _registry.Add(new RegisteredStore("b", "/b"));

        string text = File.ReadAllText(_registry.Path);
        Assert.Contains("\"Peers\"", text);
        Assert.Contains("\"Later\"", text);
        Assert.Equal(2, _registry.List().Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"Stores":7}""")]
    [InlineData("""{"Stores":{"a":7}}""")]
    [InlineData("""{"Stores":{"a":{"Path":7}}}""")]
    [InlineData("""{"Stores":{"a":{"Path":"/a"},"a":{"Path":"/b"}}}""")]
    public void A_file_that_is_not_understood_is_an_error_and_is_not_overwritten(string content)
    {
        File.WriteAllText(Prepare(), content);

        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => _registry.List()).ErrorId);
        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => _registry.Add(new RegisteredStore("a", "/a"))).ErrorId);
        Assert.Equal(content, File.ReadAllText(_registry.Path));
    }

    [Fact]
    public void Names_added_at_the_same_time_are_all_kept()
    {
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => new StoreRegistry(_registry.Path).Add(new RegisteredStore("store" + i, "/s/" + i)));

        Assert.Equal(24, _registry.List().Count);
        Assert.Equal(["config.json", "config.json.lock"], Directory.GetFiles(_folder.Combine("deep")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Only_this_user_can_read_what_is_made()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _registry.Add(new RegisteredStore("a", "/a", "/key"));

        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(file, File.GetUnixFileMode(_registry.Path));
        Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Combine("deep")));
    }

    [Fact]
    public void A_symlink_to_the_file_stays_a_symlink()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string real = _folder.WriteFile("dotfiles/vtps.json", "{}");
        File.CreateSymbolicLink(Prepare(), real);

        _registry.Add(new RegisteredStore("a", "/a"));

        Assert.NotNull(new FileInfo(_registry.Path).LinkTarget);
        Assert.Contains("/a", File.ReadAllText(real));
    }

    [Fact]
    public void A_word_is_a_path_a_URI_a_name_or_a_folder()
    {
        _registry.Add(new RegisteredStore("usb", "/mnt/usb"));
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

        Assert.Equal(new StoreAddress("/mnt/usb", "usb"), _registry.Resolve("USB", "/here"));
        Assert.Equal(new StoreAddress("/here/usb"), _registry.Resolve("./usb", "/here"));
        Assert.Equal(new StoreAddress("/here/usb/x"), _registry.Resolve("usb/x/", "/here"));
        Assert.Equal(new StoreAddress("/here/other"), _registry.Resolve("other", "/here"));
        Assert.Equal(new StoreAddress("/abs"), _registry.Resolve("/abs", "/here"));
        Assert.Equal(new StoreAddress(Path.Combine(home, "store")), _registry.Resolve("~/store", "/here"));
        Assert.Equal(new StoreAddress("s3://bucket/store"), _registry.Resolve("s3://bucket/store", "/here"));
        Assert.Equal(VtErrorId.InvalidArgument, Assert.Throws<VtException>(() => _registry.Resolve("", "/here")).ErrorId);
    }

    public void Dispose() => _folder.Dispose();

    private string Prepare()
    {
        Directory.CreateDirectory(_folder.Combine("deep"));
        return _registry.Path;
    }
}
