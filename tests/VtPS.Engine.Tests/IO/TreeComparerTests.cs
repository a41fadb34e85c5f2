using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.IO;

/// <summary>Holds the comparer to seeing each kind of difference, because other tests trust it to.</summary>
public sealed class TreeComparerTests : IDisposable
{
    private static readonly byte[] File = Utf8("file");
    private readonly TempFolder _folder = new();
    private readonly DirectoryHandle _right;

    public TreeComparerTests()
    {
        foreach (string side in (string[])["left", "right"])
        {
            _folder.CreateFolder(side);
            using DirectoryHandle d = FileSystem.Current.OpenDirectory(_folder.CombineBytes(side));
            CreateFile(d, File, Random(3 << 20, 1));
            CreateFile(d, Utf8("linked"), Utf8("x"));
            d.CreateHardLink(Utf8("linked-too"), d, Utf8("linked"));
            CreateFile(d, Utf8("single"), Utf8("x"));
            d.CreateDirectory(Utf8("directory"), 0x1ed);
            d.CreateSymbolicLink(Utf8("symlink"), Utf8("target"));
            d.CreateNode(Utf8("pipe"), VtItemType.Fifo, 0x180, 0, 0);
            using (SafeFileHandle sparse = d.CreateFile(Utf8("sparse"), 0x1a4))
            {
                d.SetLength(sparse, 1 << 20);
            }

            foreach (DirectoryEntryName entry in d.List())
            {
                d.SetModified(entry.Name, new FileTime(1, 2));
            }

            d.SetModified(null, new FileTime(1, 2));
        }

        _right = FileSystem.Current.OpenDirectory(_folder.CombineBytes("right"));
        Assert.Empty(TreeComparer.Compare(_folder.Combine("left"), _folder.Combine("right")));
    }

    public void Dispose()
    {
        _right.Dispose();
        _folder.Dispose();
    }

    [UnixFact]
    public void Mode() => Sees("./file differs in its mode: 644 and 600", d => d.SetMode(File, 0x180));

    [UnixFact]
    public void Nanosecond() => Sees("./file differs in its modification time: 1.000000002 and 1.000000003", d => d.SetModified(File, new FileTime(1, 3)));

    [UnixFact]
    public void Time_of_symlink() => Sees("./symlink differs in its modification time", d => d.SetModified(Utf8("symlink"), new FileTime(1, 3)));

    [UnixFact]
    public void Time_of_directory() => Sees("./directory differs in its modification time", d => d.SetModified(Utf8("directory"), new FileTime(2, 2)));

    [UnixFact]
    public void Time_of_root() => Sees(". differs in its modification time", d => d.SetModified(null, new FileTime(2, 2)), keepRootTime: false);

    [UnixFact]
    public void Content_far_into_the_file() => Sees("./file differs in content from byte 3000000 on", _ =>
    {
        using SafeFileHandle file = System.IO.File.OpenHandle(_folder.Combine("right", "file"), access: FileAccess.ReadWrite);
        byte[] one = new byte[1];
        RandomAccess.Read(file, one, 3000000);
        one[0]++;
        RandomAccess.Write(file, one, 3000000);
        _right.SetModified(file, new FileTime(1, 2));
    });

    [UnixFact]
    public void Size() => Sees("./single differs in its size: 1 and 0", d => Replace(d, Utf8("single"), []));

    [UnixFact]
    public void Extended_attribute() => Sees(
        "./file has the extended attribute user.x only in the right tree", d => d.SetExtendedAttribute(File, new ExtendedAttribute(Utf8("user.x"), [1])));

    [UnixFact]
    public void Extended_attribute_of_root() => Sees(
        ". has the extended attribute user.x only in the right tree", d => d.SetExtendedAttribute(null, new ExtendedAttribute(Utf8("user.x"), [1])));

    [UnixFact]
    public void Link_target() => Sees("./symlink differs in its target: target and other", d =>
    {
        d.DeleteFile(Utf8("symlink"));
        d.CreateSymbolicLink(Utf8("symlink"), Utf8("other"));
        d.SetModified(Utf8("symlink"), new FileTime(1, 2));
    });

    [UnixFact]
    public void Broken_hard_link() => Sees(
        "./linked-too is one file with ./linked in the left tree and with none before it in the right tree", d => Replace(d, Utf8("linked-too"), Utf8("x")));

    [UnixFact]
    public void Additional_hard_link() => Sees("./single is one file with none before it in the left tree and with ./linked in the right tree", d =>
    {
        d.DeleteFile(Utf8("single"));
        d.CreateHardLink(Utf8("single"), d, Utf8("linked"));
    });

    [UnixFact]
    public void Filled_hole() => Sees("./sparse takes 0 and 1048576 bytes of the medium", d => Replace(d, Utf8("sparse"), new byte[1 << 20]));

    [UnixFact]
    public void Type() => Sees("./pipe is a Fifo and a File", d => Replace(d, Utf8("pipe"), []));

    [UnixFact]
    public void Missing_name() => Sees("./pipe is only in the left tree", d => d.DeleteFile(Utf8("pipe")));

    [UnixFact]
    public void Additional_name() => Sees(@"./\xff is only in the right tree", d => CreateFile(d, [0xff], []));

    [UnixFact]
    public void Owner()
    {
        if (NastyTree.IsRoot)
        {
            Sees("./symlink differs in its owner", d => d.SetOwner(Utf8("symlink"), 1, 2));
        }
    }

    private static void Replace(DirectoryHandle directory, byte[] name, byte[] content)
    {
        directory.DeleteFile(name);
        CreateFile(directory, name, content);
        directory.SetMode(name, name.AsSpan().SequenceEqual("pipe"u8) ? 0x180 : 0x1a4);
        directory.SetModified(name, new FileTime(1, 2));
    }

    private void Sees(string difference, Action<DirectoryHandle> change, bool keepRootTime = true)
    {
        change(_right);
        if (keepRootTime)
        {
            _right.SetModified(null, new FileTime(1, 2));
        }

        Assert.StartsWith(difference, Assert.Single(TreeComparer.Compare(_folder.Combine("left"), _folder.Combine("right"))), StringComparison.Ordinal);
    }
}
