using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

/// <summary>Which names are of one file.</summary>
public sealed class LinkGroupsTests
{
    private static readonly FileStatus File = new() { Type = VtItemType.File, Device = 1, Inode = 5, LinkCount = 3, Size = 10, Modified = new FileTime(100, 1) };

    private readonly LinkGroups _groups = new();

    [Fact]
    public void NamesOfOneInodeAreOneGroupUntilAllWereMet()
    {
        LinkGroup first = Get(File, isFirst: true);
        Assert.Same(first, Get(File, isFirst: false));
        Get(File with { Inode = 6 }, isFirst: true);
        Get(File with { Device = 2 }, isFirst: true);
        Assert.Same(first, Get(File, isFirst: false));
        Assert.NotSame(first, Get(File, isFirst: true));
    }

    [Fact]
    public void AFileThatGotTheNumberOfARemovedOneIsAnother()
    {
        LinkGroup removed = Get(File, isFirst: true);
        FileStatus other = File with { Size = 11, LinkCount = 2 };
        LinkGroup group = Get(other, isFirst: true);
        Assert.NotSame(removed, group);
        Assert.Same(group, Get(other, isFirst: false));

        Get(File, isFirst: true);
        Get(File with { Modified = new FileTime(100, 2) }, isFirst: true);
    }

    private LinkGroup Get(FileStatus status, bool isFirst)
    {
        LinkGroup group = _groups.Get(status, out bool first);
        Assert.Equal(isFirst, first);
        return group;
    }
}
