using System.Buffers.Binary;
using System.IO.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Short keys for places in a destination and for entries, to see whether two of them come together in one place.</summary>
internal static class DestinationKey
{
    /// <summary>The key of a name in the directory with a key.</summary>
    public static UInt128 Enter(UInt128 directory, ReadOnlySpan<byte> name)
    {
        Span<byte> seed = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(seed, directory);
        XxHash128 hash = new();
        hash.Append(seed);
        hash.Append(name);
        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>The key of a live path.</summary>
    public static UInt128 OfPath(ReadOnlySpan<byte> path)
    {
        UInt128 key = 0;
        while (!path.IsEmpty)
        {
            int slash = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> name = slash < 0 ? path : path[..slash];
            if (!name.IsEmpty)
            {
                key = Enter(key, name);
            }

            path = slash < 0 ? [] : path[(slash + 1)..];
        }

        return key;
    }

    /// <summary>The key of all that a restore of an entry would write; all directories have one key, because they are joined.</summary>
    public static UInt128 OfEntry(TreeEntry entry)
    {
        if (entry.Type == VtItemType.Directory)
        {
            return 1;
        }

        XxHash128 hash = new();
        Span<byte> numbers = stackalloc byte[44];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, (int)entry.Type);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[4..], entry.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[8..], entry.UserId);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[12..], entry.GroupId);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], entry.Modified.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[24..], entry.Modified.Nanoseconds);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[28..], entry.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[36..], entry.DeviceMajor);
        BinaryPrimitives.WriteUInt32LittleEndian(numbers[40..], entry.DeviceMinor);
        hash.Append(numbers);
        hash.Append(System.Text.Encoding.ASCII.GetBytes(entry.Content?.ToString() ?? ""));
        hash.Append(entry.LinkTarget.AsSpan());
        foreach (ExtendedAttribute attribute in entry.ExtendedAttributes)
        {
            hash.Append(attribute.Name);
            hash.Append("\0"u8);
            hash.Append(attribute.Value);
            hash.Append("\0"u8);
        }

        return hash.GetCurrentHashAsUInt128();
    }
}
