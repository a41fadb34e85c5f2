using System.Text;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// Reads out of a trash object that is damaged which data files it can have named: never fewer than it did. Whoever has read it relies on those being given up,
/// and what was given up is never taken back.
/// </summary>
internal static class TrashSalvage
{
    private const string Head = "{\"files\":[";
    private const int IdLength = 32;
    private const int SlotLength = IdLength + 3;
    private const int TailLength = 1 + 18 + 16 + 3;

    /// <summary>More wrong digits than this in one id are taken for the loss of all.</summary>
    private const int MaximumWrong = 4;

    /// <summary>The files of <paramref name="listed"/> that the object can have named.</summary>
    public static HashSet<DataFileId> Guess(byte[] bytes, IReadOnlyCollection<DataFileId> listed)
    {
        // "{"files":["id","id"],"checksum":…}": every id has its place, whatever bytes are wrong.
        int slots = bytes.Length - Head.Length - TailLength + 1;
        if (slots <= 0 || slots % SlotLength != 0)
        {
            return [.. listed];
        }

        HashSet<DataFileId> found = [];
        for (int i = 0; i < slots / SlotLength; i++)
        {
            ReadOnlySpan<byte> id = bytes.AsSpan(Head.Length + (i * SlotLength) + 1, IdLength);
            bool any = false;
            foreach (DataFileId file in listed)
            {
                if (CountWrong(id, file) <= MaximumWrong)
                {
                    found.Add(file);
                    any = true;
                }
            }

            // An id that is whole and names nothing is of a file that is deleted already.
            if (!any && !DataFileId.TryParse(Encoding.Latin1.GetString(id), out _))
            {
                return [.. listed];
            }
        }

        return found;
    }

    private static int CountWrong(ReadOnlySpan<byte> text, DataFileId file)
    {
        string right = file.ToString();
        int wrong = 0;
        for (int i = 0; i < IdLength && wrong <= MaximumWrong; i++)
        {
            wrong += text[i] == right[i] ? 0 : 1;
        }

        return wrong;
    }
}
