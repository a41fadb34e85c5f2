using VtPS.Engine.IO;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.Support;

/// <summary>
/// Makes a tree of everything that backups get wrong: all file types, hard links across directories, extended attributes, ACLs, capabilities,
/// holes, names that are not UTF-8 or 255 bytes long, paths beyond 4,096 bytes, old and future times, odd modes, large directories.
/// </summary>
/// <remarks>What needs root or a file system that can is left out where it cannot be had, and named in <see cref="LeftOut"/>. For Unix.</remarks>
internal sealed class NastyTree
{
    private readonly List<string> _leftOut = [];

    private NastyTree(NastyTreeOptions options) => Options = options;

    /// <summary>The sizes it was made with.</summary>
    public NastyTreeOptions Options { get; }

    /// <summary>What could not be made here, one a line with the reason.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>Whether the process may do all: make devices, give files away.</summary>
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>Fills a directory, which exists and is empty.</summary>
    public static NastyTree Create(string root, NastyTreeOptions? options = null)
    {
        NastyTree tree = new(options ?? new NastyTreeOptions());
        using DirectoryHandle directory = FileSystem.Current.OpenDirectory(FileSystem.Current.GetBytes(root));
        NastyNames.Add(tree, directory);
        NastyFiles.Add(tree, directory);
        NastyMetadata.Add(tree, directory);
        AddLinks(tree, directory);
        AddNodes(tree, directory);
        directory.SetModified(null, new FileTime(1234567890, 123456789));
        return tree;
    }

    /// <summary>Makes a directory, fills it, and sets its time last, because filling it changes that.</summary>
    public void AddDirectory(DirectoryHandle parent, byte[] name, Action<DirectoryHandle> fill, FileTime? modified = null)
    {
        parent.CreateDirectory(name, 0x1ed);
        using DirectoryHandle directory = parent.OpenDirectory(name);
        fill(directory);
        directory.SetModified(null, modified ?? new FileTime(1500000000 + name.Length, 987654321));
    }

    /// <summary>Makes a part of the tree, and notes it where the user may not or the file system cannot.</summary>
    public void Try(string what, Action make)
    {
        try
        {
            make();
        }
        catch (FileSystemException e) when (e.Reason is FileSystemReason.Denied or FileSystemReason.NotSupported)
        {
            _leftOut.Add($"{what}: {e.Message}");
        }
    }

    private static void AddLinks(NastyTree tree, DirectoryHandle root)
    {
        tree.AddDirectory(root, Utf8("symlinks"), d =>
        {
            CreateFile(d, Utf8("file"), Utf8("pointed to"));
            d.CreateDirectory(Utf8("directory"), 0x1ed);
            Link("to-file", Utf8("file"));
            Link("to-directory", Utf8("directory"));
            Link("to-parent", Utf8(".."));
            Link("to-itself", Utf8("to-itself"));
            Link("dangling", Utf8("no/such/place"));
            Link("absolute", Utf8("/etc/hostname"));
            Link("absolute-dangling", Utf8("/no/such/place"));
            Link("long", Utf8(string.Concat(Enumerable.Repeat("0123456789/", 370))));
            Link("bytes", [0xff, 0xfe, (byte)'\n', (byte)'\\', (byte)'*']);
            Link("spaces", Utf8(" a target with spaces "));

            void Link(string name, byte[] target)
            {
                d.CreateSymbolicLink(Utf8(name), target);
                d.SetModified(Utf8(name), new FileTime(-86400L * name.Length, 1 + name.Length));
            }
        });

        root.CreateDirectory(Utf8("hard-a"), 0x1ed);
        root.CreateDirectory(Utf8("hard-b"), 0x1ed);
        using (DirectoryHandle a = root.OpenDirectory(Utf8("hard-a")))
        using (DirectoryHandle b = root.OpenDirectory(Utf8("hard-b")))
        {
            CreateFile(a, Utf8("one"), Random(10000, 1));
            a.CreateHardLink(Utf8("two"), a, Utf8("one"));
            b.CreateHardLink(Utf8("three"), a, Utf8("one"));
            b.CreateHardLink([0xc3, 0x28], a, Utf8("one"));
            a.SetModified(Utf8("one"), new FileTime(1000000001, 1));

            // An empty file, a pair in another order, and links of what is no file.
            CreateFile(b, Utf8("empty"), []);
            a.CreateHardLink(Utf8("empty-too"), b, Utf8("empty"));
            CreateFile(b, Utf8("a-first"), Random(77, 2));
            a.CreateHardLink(Utf8("z-last"), b, Utf8("a-first"));
            b.CreateNode(Utf8("pipe"), VtItemType.Fifo, 0x1a4, 0, 0);
            a.CreateHardLink(Utf8("pipe-too"), b, Utf8("pipe"));
            b.CreateSymbolicLink(Utf8("symlink"), Utf8("a-first"));
            a.CreateHardLink(Utf8("symlink-too"), b, Utf8("symlink"));
            a.SetModified(null, new FileTime(1000000000, 10));
            b.SetModified(null, new FileTime(1000000000, 20));
        }
    }

    private static void AddNodes(NastyTree tree, DirectoryHandle root) => tree.AddDirectory(root, Utf8("nodes"), d =>
    {
        Node("pipe", VtItemType.Fifo, 0x1b6, 0, 0);
        tree.Try("character device", () => Node("null", VtItemType.CharacterDevice, 0x1b6, 1, 3));
        tree.Try("device with large numbers", () => Node("large-numbers", VtItemType.CharacterDevice, 0x180, 511, 1000000));
        tree.Try("block device", () => Node("block", VtItemType.BlockDevice, 0x1b0, 7, 99));
        if (tree.Options.WithSocket)
        {
            Node("socket", VtItemType.Socket, 0x1ed, 0, 0);
        }

        void Node(string name, VtItemType type, int mode, uint major, uint minor)
        {
            d.CreateNode(Utf8(name), type, mode, major, minor);
            d.SetMode(Utf8(name), mode);
            d.SetModified(Utf8(name), new FileTime(1111111111, 222222222));
        }
    });
}
