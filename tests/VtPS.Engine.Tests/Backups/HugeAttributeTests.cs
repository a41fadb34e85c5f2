using VtPS.Engine.IO;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Operations;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Extended attributes beyond what an entry can hold: it was once written all the same, and its directory could not be read any more.</summary>
public sealed class HugeAttributeTests : IDisposable
{
    private const int ValueLength = 65_536;

    private readonly TempFolder _temp = new(HugeAttributeFactAttribute.Folder);
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _temp.Dispose();

    [HugeAttributeFact]
    public async Task AttributesBeyondTheLimitAreLeftOutWithAnErrorAndTheRestIsStored()
    {
        await using TestStore store = await TestStore.CreateAsync(new Engine.Objects.MemoryStorage());
        string file = _temp.WriteFile("src/file", "content");
        string folder = _temp.CreateFolder("src/folder");
        _temp.WriteFile("src/folder/inner", "inner");
        _temp.WriteFile("src/most", "most");
        SetAttributes("src", "file", 128);
        SetAttributes("src", "folder", 128);
        SetAttributes("src", "most", 126);

        VtBackup backup = await store.BackupAsync(_temp.Combine("src"), _observer);

        Assert.Equal(VtBackupStatus.CompleteWithErrors, backup.Status);
        foreach (string path in (string[])[file, folder])
        {
            VtError error = Assert.Single(_observer.Errors, e => Equals(e.Target, path));
            Assert.Equal(VtErrorId.SourceReadFailed, error.Id);
            Assert.Contains($"'{path}' is in this backup without its 128 extended attributes", error.Message, StringComparison.Ordinal);
            Assert.Contains(TreeEntryCodec.MaximumAttributes.ToString(System.Globalization.CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, _observer.Errors.Count);
        SortedDictionary<string, TreeEntry> tree = await StoredTree.ReadAsync(store, backup);
        Assert.Empty(tree["src/file"].ExtendedAttributes);
        Assert.Empty(tree["src/folder"].ExtendedAttributes);
        Assert.Equal(126, tree["src/most"].ExtendedAttributes.Length);
        Assert.Equal("content"u8.ToArray(), await store.ReadFileAsync(backup, "src/file"));
        Assert.Equal("inner"u8.ToArray(), await store.ReadFileAsync(backup, "src/folder/inner"));
        Assert.Equal(VtTestKind.Passed, Assert.Single(await TestOperation.RunAsync(store.Session, new TestRequest { Data = true }, NullObserver.Instance, default)).Kind);

        // Not forgotten by the next run, which finds nothing changed.
        await Task.Delay(2100);
        RecordingObserver again = new();
        VtBackup next = await store.BackupAsync(_temp.Combine("src"), again);
        Assert.Equal(VtBackupStatus.CompleteWithErrors, next.Status);
        Assert.Equal([file, folder], again.Errors.Select(e => (string)e.Target!).Order(StringComparer.Ordinal));
    }

    private void SetAttributes(string folder, string name, int count)
    {
        using DirectoryHandle handle = FileSystem.Current.OpenDirectory(_temp.CombineBytes(folder));
        for (int i = 0; i < count; i++)
        {
            handle.SetExtendedAttribute(TestContent.Utf8(name), new ExtendedAttribute(TestContent.Utf8($"user.a{i:d3}"), TestContent.Random(ValueLength, (ulong)i)));
        }
    }
}
