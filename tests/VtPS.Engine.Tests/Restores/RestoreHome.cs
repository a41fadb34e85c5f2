using System.Text;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Restores;

/// <summary>A temporary folder with a Store and a source tree, and short ways to back up and restore.</summary>
internal sealed class RestoreHome : IAsyncDisposable
{
    private RestoreHome(TempFolder temp, TestStore store)
    {
        Temp = temp;
        Store = store;
    }

    public TempFolder Temp { get; }

    public TestStore Store { get; }

    public RecordingObserver Observer { get; private set; } = new();

    public string Source => Temp.Combine("src");

    public string Destination => Temp.Combine("out");

    /// <summary>The errors of the last restore, as their ids.</summary>
    public List<VtErrorId> ErrorIds => [.. Observer.Errors.Select(e => e.Id)];

    public static async Task<RestoreHome> CreateAsync()
    {
        TempFolder temp = new();
        temp.CreateFolder("src");
        return new RestoreHome(temp, await TestStore.CreateAsync(temp.Combine("store")));
    }

    public Task<VtBackup> BackupAsync() => Store.BackupAsync(Source, with: r => r with { HostName = Environment.MachineName });

    public Task<VtRestoreResult> RestoreAsync(VtBackup backup, Func<RestoreRequest, RestoreRequest>? with = null, params string[] paths) =>
        RestoreAsync([new RestoreSelection(backup, paths)], with);

    public Task<VtRestoreResult> RestoreAsync(IReadOnlyList<RestoreSelection> selections, Func<RestoreRequest, RestoreRequest>? with = null, CancellationToken cancellationToken = default)
    {
        Observer = new RecordingObserver();
        return RunAsync(selections, Observer, with, cancellationToken);
    }

    public Task<VtRestoreResult> RunAsync(IReadOnlyList<RestoreSelection> selections, IOperationObserver observer, Func<RestoreRequest, RestoreRequest>? with, CancellationToken cancellationToken = default)
    {
        RestoreRequest request = new() { Selections = selections, Destination = Encoding.UTF8.GetBytes(Destination), NumericId = true };
        return RestoreOperation.RunAsync(Store.Session, with?.Invoke(request) ?? request, observer, cancellationToken);
    }

    /// <summary>What differs between the source and what was restored of it.</summary>
    public List<string> Compare(string restored = "out/src") => TreeComparer.Compare(Source, Temp.Combine(restored));

    /// <summary>Every path below the destination, sorted, directories with a slash at the end.</summary>
    public List<string> ListDestination()
    {
        List<string> paths = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(Destination, "*", SearchOption.AllDirectories))
        {
            bool isDirectory = Directory.Exists(path) && new FileInfo(path).LinkTarget is null;
            paths.Add(Path.GetRelativePath(Destination, path) + (isDirectory ? "/" : ""));
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Temp.Dispose();
    }
}
