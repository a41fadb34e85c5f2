using System.Text;
using VtPS.Cli.Arguments;

namespace VtPS.Cli.Tests;

public sealed class FileListTests
{
    [Fact]
    public async Task Paths_longer_than_the_buffer_and_split_anywhere_are_read_whole()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string[] paths = [new('a', 70_000), "b", "", "/c/./d", new('e', 200_000), "last"];
        using MemoryStream list = new(Encoding.UTF8.GetBytes(string.Join('\0', paths)));
        List<string> read = [];

        await foreach (byte[] path in FileList.ReadAsync(list, "/r"u8.ToArray(), CancellationToken.None))
        {
            read.Add(Encoding.UTF8.GetString(path));
        }

        Assert.Equal(["/r/" + paths[0], "/r/b", "/c/d", "/r/" + paths[4], "/r/last"], read);
    }

    [Fact]
    public async Task A_list_without_zero_bytes_is_refused_before_it_fills_the_memory()
    {
        using MemoryStream list = new(new byte[3 << 20].Select(_ => (byte)'x').ToArray());

        VtException error = await Assert.ThrowsAsync<VtException>(async () =>
        {
            await foreach (byte[] path in FileList.ReadAsync(list, "/r"u8.ToArray(), CancellationToken.None))
            {
                Assert.Fail($"A path of {path.Length} bytes was read.");
            }
        });

        Assert.Equal(VtErrorId.InvalidArgument, error.ErrorId);
    }
}
