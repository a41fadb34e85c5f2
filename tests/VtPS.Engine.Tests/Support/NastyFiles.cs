using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.Support;

/// <summary>The part of a <see cref="NastyTree"/> that is about content: sizes, equal content, holes.</summary>
internal static class NastyFiles
{
    private const int Page = 4096;

    /// <summary>Beyond this the series of sizes goes straight to the largest file.</summary>
    private const long LongestSeries = 100_000_000;

    /// <summary>Adds the part.</summary>
    public static void Add(NastyTree tree, DirectoryHandle root)
    {
        tree.AddDirectory(root, Utf8("sizes"), d => AddSizes(d, tree.Options.LargestFile));
        tree.AddDirectory(root, Utf8("sparse"), d => AddSparse(d, tree.Options.LargestSparseFile));
        tree.AddDirectory(root, Utf8("content"), d =>
        {
            CreateFile(d, Utf8("empty"), []);
            CreateFile(d, Utf8("equal-1"), Random(100000, 9));
            CreateFile(d, Utf8("equal-2"), Random(100000, 9));
            CreateFile(d, Utf8("zeros-but-no-hole"), new byte[3 << 20]);
            CreateFile(d, Utf8("one-byte-repeated"), Enumerable.Repeat((byte)'x', 2 << 20).ToArray());
            CreateFile(d, Utf8("text"), Utf8(string.Concat(Enumerable.Repeat("the same line over and over\n", 20000))));
        });
    }

    private static void AddSizes(DirectoryHandle directory, long largest)
    {
        HashSet<long> sizes = [31, 32, 33, 511, 512, 4095, 4096, 4097, 65535, 65536, 65537, 262144, 1 << 20];
        for (long size = 1; size < Math.Min(largest, LongestSeries); size *= 7)
        {
            sizes.Add(size);
        }

        sizes.Add(largest);
        foreach (long size in sizes)
        {
            if (size <= largest)
            {
                byte[] name = Utf8($"{size} bytes");
                using SafeFileHandle file = directory.CreateFile(name, 0x1a4);
                WriteRandom(file, 0, size, (ulong)size);
                directory.SetModified(file, new FileTime(1600000000 + (size % 1000000), (int)(size % 1000000000)));
            }
        }
    }

    private static void AddSparse(DirectoryHandle directory, long size)
    {
        Make("hole-at-start", size, (size - 10000, 10000));
        Make("hole-in-middle", size, (0, 3 * Page), (size - 5000, 5000));
        Make("hole-at-end", size, (0, 5000));
        Make("all-hole", size);
        Make("hole-at-both-ends", size, (size / 2, 100));
        Make("one-byte-hole", 1);
        Make("odd-size", (1 << 20) + 4321, (1 << 19, 1));
        Make("many-holes", 1 << 20, [.. Enumerable.Range(0, 8).Select(static i => (i * 131072L, (long)Page))]);

        void Make(string name, long length, params (long Offset, long Length)[] data)
        {
            using SafeFileHandle file = directory.CreateFile(Utf8(name), 0x1a4);
            foreach ((long offset, long count) in data)
            {
                WriteRandom(file, offset, count, (ulong)offset);
            }

            directory.SetLength(file, length);
            directory.SetModified(file, new FileTime(1300000000, name.Length));
        }
    }
}
