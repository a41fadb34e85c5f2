using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Tests.Support;
using Xunit;
using static VtPS.Engine.Tests.Support.TestContent;

namespace VtPS.Engine.Tests.IO;

public sealed class UnixExtendedAttributeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DirectoryHandle _directory;

    public UnixExtendedAttributeTests() => _directory = _folder.Open();

    public void Dispose()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [UnixFact]
    public void All_are_read_back_sorted_by_name_from_file_and_directory()
    {
        using SafeFileHandle file = _directory.CreateFile([0xff, (byte)'\n'], 0x180);
        ExtendedAttribute[] attributes =
        [
            new(Utf8("user.a"), []), new(Utf8("user.b"), [0, 1, 0]), new(Utf8("user.long"), Random(3000, 1)), new([.. Utf8("user."), 0xff], [9]),
        ];
        foreach (ExtendedAttribute attribute in attributes.Reverse())
        {
            _directory.SetExtendedAttribute([0xff, (byte)'\n'], attribute);
            _directory.SetExtendedAttribute(null, attribute with { Value = attribute.Value[..Math.Min(attribute.Value.Length, 100)] });
        }

        AssertEqual(attributes, _directory.GetExtendedAttributes(file));
        AssertEqual(attributes, _directory.GetExtendedAttributes([0xff, (byte)'\n']));
        Assert.Equal(4, _directory.GetExtendedAttributes().Length);
    }

    [UnixFact]
    public void Names_beyond_the_first_buffer_are_read_whole()
    {
        using SafeFileHandle file = _directory.CreateFile(Utf8("file"), 0x180);
        for (int i = 0; i < 12; i++)
        {
            _directory.SetExtendedAttribute(file, new ExtendedAttribute(Utf8($"user.{i:d2}{new string('n', 200)}"), [(byte)i]));
        }

        ExtendedAttribute[] found = _directory.GetExtendedAttributes(Utf8("file"));

        Assert.Equal(12, found.Length);
        Assert.All(found, static (a, i) => Assert.Equal([(byte)i], a.Value));
    }

    [UnixFact]
    public void One_is_replaced_and_removed_and_one_that_is_not_there_is_no_error()
    {
        CreateFile(_directory, Utf8("file"), []);
        _directory.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute(Utf8("user.a"), [1]));
        _directory.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute(Utf8("user.a"), [2]));
        Assert.Equal([2], Assert.Single(_directory.GetExtendedAttributes(Utf8("file"))).Value);

        _directory.RemoveExtendedAttribute(Utf8("file"), Utf8("user.a"));
        _directory.RemoveExtendedAttribute(Utf8("file"), Utf8("user.a"));
        _directory.RemoveExtendedAttribute(null, Utf8("user.a"));

        Assert.Empty(_directory.GetExtendedAttributes(Utf8("file")));
        Assert.Equal(
            FileSystemReason.NotFound,
            Assert.Throws<FileSystemException>(() => _directory.RemoveExtendedAttribute(Utf8("nothing"), Utf8("user.a"))).Reason);
    }

    [UnixFact]
    public void A_symlink_has_its_own()
    {
        CreateFile(_directory, Utf8("file"), []);
        _directory.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute(Utf8("user.of-file"), [1]));
        _directory.CreateSymbolicLink([0xfe], Utf8("file"));
        _directory.CreateSymbolicLink(Utf8("dangling"), Utf8("nowhere"));

        Assert.Empty(_directory.GetExtendedAttributes([0xfe]));
        Assert.Empty(_directory.GetExtendedAttributes(Utf8("dangling")));
        if (NastyTree.IsRoot)
        {
            _directory.SetExtendedAttribute([0xfe], new ExtendedAttribute(Utf8("trusted.of-symlink"), [2]));
            Assert.Equal(Utf8("trusted.of-symlink"), Assert.Single(_directory.GetExtendedAttributes([0xfe])).Name);
            Assert.Equal(Utf8("user.of-file"), Assert.Single(_directory.GetExtendedAttributes(Utf8("file"))).Name);
        }

        FileSystemException e = Assert.Throws<FileSystemException>(
            () => _directory.SetExtendedAttribute([0xfe], new ExtendedAttribute(Utf8("user.of-symlink"), [2])));
        Assert.Equal(FileSystemReason.Denied, e.Reason);
        Assert.Contains("user.of-symlink", e.Message);
    }

    [UnixFact]
    public void Access_control_lists_and_capabilities_are_such_attributes()
    {
        CreateFile(_directory, Utf8("file"), [], 0x1a0);
        byte[] acl = NastyMetadata.MakeAcl(1000, 2000);

        _directory.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute(Utf8("system.posix_acl_access"), acl));

        ExtendedAttribute found = Assert.Single(_directory.GetExtendedAttributes(Utf8("file")));
        Assert.Equal(Utf8("system.posix_acl_access"), found.Name);
        Assert.Equal(acl, found.Value);
        if (NastyTree.IsRoot)
        {
            _directory.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute(Utf8("security.capability"), NastyMetadata.MakeCapability()));
            Assert.Equal(NastyMetadata.MakeCapability(), _directory.GetExtendedAttributes(Utf8("file"))[0].Value);
        }
    }

    [UnixFact]
    public void A_name_that_is_no_attribute_name_is_refused()
    {
        CreateFile(_directory, Utf8("file"), []);
        foreach (byte[] name in (byte[][])[[], [(byte)'u', 0], Utf8("unknown.namespace"), Utf8("user." + new string('n', 300))])
        {
            FileSystemException e = Assert.Throws<FileSystemException>(
                () => _directory.SetExtendedAttribute(Utf8("file"), new ExtendedAttribute(name, [1])));
            Assert.Contains("'file'", e.Message);
        }
    }

    [UnixFact]
    public void A_file_system_without_them_has_none()
    {
        if (!Directory.Exists("/proc/self"))
        {
            return;
        }

        using DirectoryHandle proc = FileSystem.Current.OpenDirectory(Utf8("/proc/self"));
        Assert.Empty(proc.GetExtendedAttributes(Utf8("status")));
        Assert.Empty(proc.GetExtendedAttributes());
    }

    private static void AssertEqual(ExtendedAttribute[] expected, ExtendedAttribute[] actual)
    {
        Assert.Equal(expected.Select(static a => PathText.Format(a.Name)), actual.Select(static a => PathText.Format(a.Name)));
        Assert.All(expected, (a, i) => Assert.Equal(a.Value, actual[i].Value));
    }
}
