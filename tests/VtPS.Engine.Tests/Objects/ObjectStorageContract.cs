using System.Text;
using VtPS.Engine.Objects;
using Xunit;

namespace VtPS.Engine.Tests.Objects;

/// <summary>What every storage promises; run over each by a class that derives from this.</summary>
public abstract class ObjectStorageContract : IAsyncLifetime
{
    private IObjectStorage? _storage;

    private IObjectStorage Storage => _storage!;

    public Task InitializeAsync()
    {
        _storage = Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Storage.DisposeAsync();
        CleanUp();
    }

    [Theory]
    [InlineData("store.json")]
    [InlineData("backups/0a.json")]
    [InlineData("data/ab/0123456789.vtd")]
    public async Task What_was_put_is_read_back(string name)
    {
        await Storage.PutAsync(name, "owner", Bytes("hello"), default);
        Assert.Equal("hello", await ReadAsync(name));
        Assert.Equal(5, await Storage.GetLengthAsync(name, default));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        await Storage.PutAsync("data/aa/empty", "owner", default, default);
        Assert.Equal(0, await Storage.GetLengthAsync("data/aa/empty", default));
        Assert.Equal(string.Empty, await ReadAsync("data/aa/empty"));
        Assert.Equal([new ObjectInfo("data/aa/empty", 0)], await ListAsync("data/"));
    }

    [Fact]
    public async Task Many_writes_make_one_object()
    {
        byte[] expected = new byte[20 << 20];
        new Random(1).NextBytes(expected);
        IObjectUpload upload = await Storage.BeginPutAsync("data/aa/large", "owner", default);
        await using (upload)
        {
            for (int offset = 0; offset < expected.Length;)
            {
                int count = Math.Min((offset % 1_000_003) + 1, expected.Length - offset);
                await upload.WriteAsync(expected.AsMemory(offset, count), default);
                offset += count;
            }

            await upload.CommitAsync(default);
        }

        byte[] actual = await Storage.GetAsync("data/aa/large", int.MaxValue, default);
        Assert.True(expected.AsSpan().SequenceEqual(actual));
    }

    [Fact]
    public async Task A_buffer_may_be_reused_after_its_write()
    {
        byte[] buffer = Bytes("first");
        IObjectUpload upload = await Storage.BeginPutAsync("a", "owner", default);
        await using (upload)
        {
            await upload.WriteAsync(buffer, default);
            Bytes("other").CopyTo(buffer, 0);
            await upload.WriteAsync(buffer, default);
            await upload.CommitAsync(default);
        }

        Assert.Equal("firstother", await ReadAsync("a"));
    }

    [Theory]
    [InlineData("data/aa/ranges")]
    [InlineData("backups/ranges")]
    public async Task A_read_ends_where_the_object_ends(string name)
    {
        await Storage.PutAsync(name, "owner", Bytes("0123456789"), default);
        byte[] buffer = new byte[4];
        Assert.Equal(4, await Storage.ReadAsync(name, 3, buffer, default));
        Assert.Equal("3456", Encoding.ASCII.GetString(buffer));
        Assert.Equal(2, await Storage.ReadAsync(name, 8, buffer, default));
        Assert.Equal("89", Encoding.ASCII.GetString(buffer, 0, 2));
        Assert.Equal(0, await Storage.ReadAsync(name, 10, buffer, default));
        Assert.Equal(0, await Storage.ReadAsync(name, 5_000_000_000, buffer, default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Storage.ReadAsync(name, -1, buffer, default));
    }

    [Theory]
    [InlineData("data/aa/none")]
    [InlineData("store.json")]
    public async Task What_is_not_there_is_said_so(string name)
    {
        ObjectNotFoundException e = await Assert.ThrowsAsync<ObjectNotFoundException>(async () => await Storage.ReadAsync(name, 0, new byte[1], default));
        Assert.Equal(name, e.ObjectName);
        Assert.Contains(Storage.Location, e.Message, StringComparison.Ordinal);
        Assert.Null(await Storage.GetLengthAsync(name, default));
        Assert.Null(await Storage.IsLockedAsync(name, default));
        await Storage.DeleteAsync(name, default);
    }

    [Fact]
    public async Task Nothing_is_seen_before_the_commit_or_without_it()
    {
        IObjectUpload upload = await Storage.BeginPutAsync("data/aa/x", "owner", default);
        await using (upload)
        {
            await upload.WriteAsync(Bytes("abc"), default);
            Assert.Null(await Storage.GetLengthAsync("data/aa/x", default));
            Assert.Empty(await ListAsync(string.Empty));
        }

        Assert.Null(await Storage.GetLengthAsync("data/aa/x", default));
        Assert.Empty(await ListAsync(string.Empty));
        await upload.DisposeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await upload.CommitAsync(default));
    }

    [Fact]
    public async Task A_committed_upload_takes_no_more()
    {
        IObjectUpload upload = await Storage.BeginPutAsync("a", "owner", default);
        await using (upload)
        {
            await upload.CommitAsync(default);
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await upload.WriteAsync(Bytes("x"), default));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await upload.CommitAsync(default));
        }

        Assert.Equal(string.Empty, await ReadAsync("a"));
    }

    [Fact]
    public async Task The_same_bytes_again_succeed_and_others_are_refused()
    {
        await Storage.PutAsync("backups/1", "owner", Bytes("same"), default);
        await Storage.PutAsync("backups/1", "other", Bytes("same"), default);
        foreach (string different in new[] { "diff", "sam", "samee", string.Empty })
        {
            ObjectExistsException e = await Assert.ThrowsAsync<ObjectExistsException>(
                async () => await Storage.PutAsync("backups/1", "owner", Bytes(different), default));
            Assert.Equal("backups/1", e.ObjectName);
        }

        Assert.Equal("same", await ReadAsync("backups/1"));
        Assert.Equal([new ObjectInfo("backups/1", 4)], await ListAsync(string.Empty));
    }

    [Fact]
    public async Task Of_many_that_put_one_name_exactly_one_wins()
    {
        Task<bool>[] tries = new Task<bool>[16];
        for (int i = 0; i < tries.Length; i++)
        {
            byte[] bytes = Bytes("writer " + i);
            tries[i] = Task.Run(async () =>
            {
                try
                {
                    await Storage.PutAsync("backups/1.1.json", "owner", bytes, default);
                    return true;
                }
                catch (ObjectExistsException)
                {
                    return false;
                }
            });
        }

        bool[] won = await Task.WhenAll(tries);
        Assert.Equal("writer " + Array.IndexOf(won, true), await ReadAsync("backups/1.1.json"));
        Assert.Single(won, true);
    }

    [Fact]
    public async Task A_listing_holds_what_is_below_its_prefix()
    {
        foreach (string name in new[] { "store.json", "data/aa/1", "data/aa/2", "data/bb/3", "backups/1.json", "database" })
        {
            await Storage.PutAsync(name, "owner", Bytes(name), default);
        }

        Assert.Equal(["data/aa/1", "data/aa/2", "data/bb/3"], Names(await ListAsync("data/")));
        Assert.Equal(["data/aa/1", "data/aa/2"], Names(await ListAsync("data/aa/")));
        Assert.Equal(["backups/1.json", "data/aa/1", "data/aa/2", "data/bb/3", "database", "store.json"], Names(await ListAsync(string.Empty)));
        Assert.Empty(await ListAsync("leases/"));
        Assert.Contains(new ObjectInfo("backups/1.json", 14), await ListAsync("backups/"));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_its_name_is_free()
    {
        await Storage.PutAsync("data/aa/1", "owner", Bytes("first"), default);
        Assert.Equal("first", await ReadAsync("data/aa/1"));
        await Storage.DeleteAsync("data/aa/1", default);
        await Assert.ThrowsAsync<ObjectNotFoundException>(async () => await Storage.ReadAsync("data/aa/1", 0, new byte[1], default));
        Assert.Empty(await ListAsync("data/"));
        await Storage.DeleteAsync("data/aa/1", default);
        await Storage.PutAsync("data/aa/1", "owner", Bytes("second"), default);
        Assert.Equal("second", await ReadAsync("data/aa/1"));
    }

    [Fact]
    public async Task A_lock_is_held_until_it_is_disposed_and_the_object_stays()
    {
        IAsyncDisposable? held = await Storage.TryPutLockedAsync("leases/1.json", Bytes("lease"), default);
        Assert.NotNull(held);
        Assert.True(await Storage.IsLockedAsync("leases/1.json", default));
        Assert.True(await Storage.IsLockedAsync("leases/1.json", default));
        Assert.Equal("lease", await ReadAsync("leases/1.json"));
        Assert.Equal([new ObjectInfo("leases/1.json", 5)], await ListAsync("leases/"));
        await held.DisposeAsync();
        Assert.False(await Storage.IsLockedAsync("leases/1.json", default));
        Assert.Equal("lease", await ReadAsync("leases/1.json"));
    }

    [Fact]
    public async Task Observers_of_a_free_lock_do_not_take_each_other_for_its_holder()
    {
        await Storage.PutAsync("leases/1.json", "1", Bytes("lease"), default);
        Task<bool?>[] looks = new Task<bool?>[200];
        for (int i = 0; i < looks.Length; i++)
        {
            looks[i] = Task.Run(async () => await Storage.IsLockedAsync("leases/1.json", default));
        }

        Assert.All(await Task.WhenAll(looks), locked => Assert.False(locked));
    }

    [Fact]
    public async Task A_locked_put_finds_its_name_taken_even_by_the_same_bytes()
    {
        await using IAsyncDisposable? held = await Storage.TryPutLockedAsync("leases/1.json", Bytes("lease"), default);
        await Assert.ThrowsAsync<ObjectExistsException>(async () => await Storage.TryPutLockedAsync("leases/1.json", Bytes("lease"), default));
        Assert.True(await Storage.IsLockedAsync("leases/1.json", default));
    }

    [Fact]
    public async Task A_locked_object_can_be_deleted()
    {
        await using IAsyncDisposable? held = await Storage.TryPutLockedAsync("leases/1.json", Bytes("lease"), default);
        await Storage.DeleteAsync("leases/1.json", default);
        Assert.Null(await Storage.IsLockedAsync("leases/1.json", default));
        await Storage.PutAsync("leases/1.json", "1", Bytes("new"), default);
        Assert.False(await Storage.IsLockedAsync("leases/1.json", default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0")]
    [InlineData("tmp/x")]
    public async Task A_name_that_none_can_have_is_refused(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.PutAsync(name, "owner", default, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.ReadAsync(name, 0, new byte[1], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.GetLengthAsync(name, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.DeleteAsync(name, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.TryPutLockedAsync(name, default, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.IsLockedAsync(name, default));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("/")]
    [InlineData("../")]
    public async Task A_prefix_that_none_can_have_is_refused(string prefix) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await ListAsync(prefix));

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a.b")]
    [InlineData("..")]
    public async Task An_owner_that_none_can_be_is_refused(string owner)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.BeginPutAsync("a", owner, default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Storage.SweepUnfinishedAsync(owner, default));
    }

    [Fact]
    public async Task Sweeping_where_nothing_is_does_nothing()
    {
        await Storage.SweepUnfinishedAsync("owner", default);
        await Storage.PutAsync("a", "owner", Bytes("x"), default);
        await Storage.SweepUnfinishedAsync("owner", default);
        Assert.Equal("x", await ReadAsync("a"));
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Storage.PutAsync("a", "owner", Bytes("x"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Storage.TryPutLockedAsync("b", Bytes("x"), cancelled));
        Assert.Empty(await ListAsync(string.Empty));
    }

    [Fact]
    public async Task After_disposal_nothing_can_be_done()
    {
        await Storage.PutAsync("data/aa/1", "owner", Bytes("x"), default);
        await ReadAsync("data/aa/1");
        await Storage.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Storage.ReadAsync("data/aa/1", 0, new byte[1], default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Storage.PutAsync("b", "owner", default, default));
    }

    /// <summary>A new, empty storage.</summary>
    private protected abstract IObjectStorage Open();

    protected virtual void CleanUp()
    {
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static List<string> Names(List<ObjectInfo> objects)
    {
        List<string> names = objects.ConvertAll(o => o.Name);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private async Task<string> ReadAsync(string name) => Encoding.UTF8.GetString(await Storage.GetAsync(name, 1 << 20, default));

    private async Task<List<ObjectInfo>> ListAsync(string prefix)
    {
        List<ObjectInfo> found = [];
        await foreach (ObjectInfo info in Storage.ListAsync(prefix, default))
        {
            found.Add(info);
        }

        return found;
    }
}
