using System.Buffers.Binary;
using VtPS.Engine.IO;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.Support;

/// <summary>The part of a <see cref="NastyTree"/> that is about metadata: modes, owners, times, extended attributes.</summary>
internal static class NastyMetadata
{
    /// <summary>Adds the part.</summary>
    public static void Add(NastyTree tree, DirectoryHandle root)
    {
        tree.AddDirectory(root, Utf8("modes"), d => AddModes(tree, d));
        tree.AddDirectory(root, Utf8("owners"), d => AddOwners(tree, d));
        tree.AddDirectory(root, Utf8("times"), d => AddTimes(tree, d), new FileTime(4102444800, 999999999));
        tree.AddDirectory(root, Utf8("attributes"), d => AddAttributes(tree, d));
    }

    /// <summary>The value of <c>system.posix_acl_access</c> or <c>system.posix_acl_default</c>, with entries for one user and one group.</summary>
    public static byte[] MakeAcl(uint user, uint group)
    {
        const uint None = uint.MaxValue;
        (ushort Tag, ushort Permissions, uint Id)[] entries =
            [(0x01, 7, None), (0x02, 5, user), (0x04, 4, None), (0x08, 6, group), (0x10, 7, None), (0x20, 0, None)];
        byte[] value = new byte[4 + (entries.Length * 8)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, 2);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = value.AsSpan(4 + (i * 8), 8);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Id);
        }

        return value;
    }

    /// <summary>The value of <c>security.capability</c> that lets a program open ports below 1024.</summary>
    public static byte[] MakeCapability()
    {
        byte[] value = new byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(value, 0x02000001);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(4), 1 << 10);
        return value;
    }

    private static void AddModes(NastyTree tree, DirectoryHandle d)
    {
        foreach (int mode in (int[])[0, 0x124, 0x180, 0x1a4, 0x1b6, 0x1ff, 0x9ed, 0x5ed, 0x3ff, 0xfff, 0x800, 0x001])
        {
            string octal = Convert.ToString(mode, 8).PadLeft(4, '0');

            // Who is not root could not read back a file without the right to read it.
            if (NastyTree.IsRoot || (mode & 0x100) != 0)
            {
                CreateFile(d, Utf8("file-" + octal), Utf8(octal));
                d.SetMode(Utf8("file-" + octal), mode);
            }

            if (NastyTree.IsRoot || (mode & 0x140) == 0x140)
            {
                tree.AddDirectory(d, Utf8("directory-" + octal), inner => CreateFile(inner, Utf8("file"), Utf8(octal)));
                d.SetMode(Utf8("directory-" + octal), mode);
            }
        }

        tree.AddDirectory(d, Utf8("read-only-directory"), inner =>
        {
            CreateFile(inner, Utf8("read-only-file"), Utf8("as it is"), 0x124);
            tree.AddDirectory(inner, Utf8("read-only-below"), _ => { });
            inner.SetMode(Utf8("read-only-below"), 0x16d);
        });
        d.SetMode(Utf8("read-only-directory"), 0x16d);
    }

    private static void AddOwners(NastyTree tree, DirectoryHandle d) => tree.Try("foreign owners", () =>
    {
        Own("nobody", 65534, 65534);
        Own("unnamed", 1234567, 7654321);
        Own("large", 3000000000, 4000000000);
        Own("group-only", 0, 12345);

        // A change of owner takes setuid away, so it must be set afterwards.
        Own("setuid-of-another", 65534, 0);
        d.SetMode(Utf8("setuid-of-another"), 0x9ed);
        d.CreateSymbolicLink(Utf8("symlink"), Utf8("nobody"));
        d.SetOwner(Utf8("symlink"), 111, 222);
        d.CreateDirectory(Utf8("directory"), 0x1c0);
        d.SetOwner(Utf8("directory"), 333, 444);
        d.CreateNode(Utf8("pipe"), VtItemType.Fifo, 0x180, 0, 0);
        d.SetOwner(Utf8("pipe"), 555, 666);

        void Own(string name, uint user, uint group)
        {
            CreateFile(d, Utf8(name), Utf8(name), 0x1a0);
            d.SetOwner(Utf8(name), user, group);
        }
    });

    private static void AddTimes(NastyTree tree, DirectoryHandle d)
    {
        (string Name, FileTime Time)[] times =
        [
            ("1901", new FileTime(-2147483648, 0)), ("1901-nanoseconds", new FileTime(-2147483640, 999999999)), ("1960", new FileTime(-315619200, 1)),
            ("just-before-1970", new FileTime(-1, 999999999)), ("1970", new FileTime(0, 0)), ("1970-nanosecond", new FileTime(0, 1)),
            ("2038", new FileTime(2147483647, 5)), ("2038-over", new FileTime(2147483648, 6)), ("2100", new FileTime(4102444800, 123456789)),
            ("2400", new FileTime(13569465600, 7)),
        ];
        foreach ((string name, FileTime time) in times)
        {
            CreateFile(d, Utf8("file-" + name), Utf8(name));
            d.SetModified(Utf8("file-" + name), time);
            d.CreateSymbolicLink(Utf8("symlink-" + name), Utf8("file-" + name));
            d.SetModified(Utf8("symlink-" + name), time);
            tree.AddDirectory(d, Utf8("directory-" + name), inner => CreateFile(inner, Utf8("file"), []), time);
        }
    }

    private static void AddAttributes(NastyTree tree, DirectoryHandle d)
    {
        CreateFile(d, Utf8("file"), Utf8("with attributes"));
        CreateFile(d, Utf8("read-only"), Utf8("with an attribute"));
        d.CreateDirectory(Utf8("directory"), 0x1ed);
        d.CreateSymbolicLink(Utf8("symlink"), Utf8("file"));
        d.CreateNode(Utf8("pipe"), VtItemType.Fifo, 0x1a4, 0, 0);
        tree.Try("user attributes", () =>
        {
            Set("file", "user.mime_type", Utf8("text/plain"));
            Set("file", "user.empty", []);
            Set("file", "user.binary", [0, 1, 2, 0, 255]);
            Set("file", "user.ümläut", Utf8("ä"));
            d.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute([.. Utf8("user."), 0xff, (byte)' ', (byte)'\n'], [7]));
            Set("file", "user.long", Random(2000, 3));
            Set("directory", "user.directory", Utf8("of a directory"));
            Set("read-only", "user.of-read-only", Utf8("value"));
            d.SetMode(Utf8("read-only"), 0x124);
        });
        tree.Try("trusted attributes", () =>
        {
            Set("symlink", "trusted.symlink", Utf8("of the symlink itself"));
            Set("pipe", "trusted.pipe", Utf8("of a pipe"));
        });
        tree.Try("capabilities", () =>
        {
            CreateFile(d, Utf8("capable"), Utf8("#!/bin/true\n"), 0x1ed);
            Set("capable", "security.capability", MakeCapability());
        });
        tree.Try("ACLs", () =>
        {
            CreateFile(d, Utf8("file-with-acl"), Utf8("with an ACL"), 0x1a0);
            Set("file-with-acl", "system.posix_acl_access", MakeAcl(1000, 65534));
            tree.AddDirectory(d, Utf8("directory-with-acl"), inner =>
            {
                inner.SetExtendedAttribute(null, new ExtendedAttribute(Utf8("system.posix_acl_access"), MakeAcl(4000000000, 5)));
                inner.SetExtendedAttribute(null, new ExtendedAttribute(Utf8("system.posix_acl_default"), MakeAcl(1001, 1002)));
                CreateFile(inner, Utf8("inherits"), Utf8("the default"), 0x1b6);
                inner.CreateDirectory(Utf8("inherits-too"), 0x1ff);
            });
        });

        void Set(string name, string attribute, byte[] value) =>
            d.SetExtendedAttribute(Utf8(name), new ExtendedAttribute(Utf8(attribute), value));
    }
}
