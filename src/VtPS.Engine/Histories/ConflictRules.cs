using System.Text;

namespace VtPS.Engine.Histories;

/// <summary>Which of two contents keeps a name, and what the other is called: computed alike by every peer, whatever its clock says.</summary>
internal static class ConflictRules
{
    private const int LongestName = 255;

    /// <summary>Above 0 where the first wins: the later time of the last write, then the higher digest; of equal contents the lower dot stands for both.</summary>
    public static int Compare(in Sibling<Content> first, in Sibling<Content> second)
    {
        int order = Compare(first.Value, second.Value);
        return order != 0 ? order : second.Dot.CompareTo(first.Dot);
    }

    /// <summary>Above 0 where the first wins; 0 for equal data.</summary>
    public static int Compare(Content first, Content second)
    {
        if (first.Data.Equals(second.Data))
        {
            return 0;
        }

        int order = first.Written.CompareTo(second.Written);
        return order != 0 ? order : first.Data.Digest().AsSpan().SequenceCompareTo(second.Data.Digest());
    }

    /// <summary>The name of a conflict copy: before the last dot of the name stands <c>.conflict-</c> and so many digits of the digest.</summary>
    /// <param name="name">The name that it lost.</param>
    /// <param name="data">What it holds.</param>
    /// <param name="digits">8, or more where that is taken too.</param>
    public static byte[] Name(ReadOnlySpan<byte> name, NodeData data, int digits)
    {
        byte[] mark = Encoding.ASCII.GetBytes(".conflict-" + Convert.ToHexStringLower(data.Digest())[..digits]);
        int dot = name.LastIndexOf((byte)'.');
        ReadOnlySpan<byte> extension = dot > 0 && name.Length - dot <= 16 ? name[dot..] : default;
        ReadOnlySpan<byte> stem = name[..^extension.Length];
        int room = LongestName - mark.Length - extension.Length;
        if (stem.Length > room)
        {
            // Not in the middle of a character.
            while (room > 0 && (stem[room] & 0xc0) == 0x80)
            {
                room--;
            }

            stem = stem[..room];
        }

        return [.. stem, .. mark, .. extension];
    }
}
