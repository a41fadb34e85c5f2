using VtPS.Engine.Replicas;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

public sealed class SyncLogTests
{
    [Fact]
    public void What_comes_after_a_torn_line_is_read_whole()
    {
        using SyncTree tree = new("tree");
        using ReplicaFolder folder = ReplicaFolder.Open(tree.Path, readOnly: false);
        SyncLog.Append(folder, [Entry("first"), Entry("torn")]);
        using (FileStream log = new(folder.Log, FileMode.Open))
        {
            log.SetLength(log.Length - 20);
        }

        SyncLog.Append(folder, [Entry("third"), Entry("fourth")]);
        SyncLog.Append(folder, [Entry("fifth")]);

        Assert.Equal(["first", "third", "fourth", "fifth"], SyncLog.Read(tree.Path, null).Select(e => e.Path));
        Assert.Equal(["fourth", "fifth"], SyncLog.Read(tree.Path, 2).Select(e => e.Path));
        Assert.Equal(5, File.ReadAllLines(folder.Log).Length);
    }

    private static VtHistoryEntry Entry(string path) => new()
    {
        Root = "/tree",
        Time = DateTime.Now,
        Action = VtSyncActionKind.Create,
        Path = path,
        ItemType = VtItemType.File,
        LastWriteTime = DateTime.Now,
        Author = "0000000000000002",
    };
}
