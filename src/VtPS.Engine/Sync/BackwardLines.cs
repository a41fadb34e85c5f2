using System.Text;

namespace VtPS.Engine.Sync;

/// <summary>Reads the lines of a text file from its end, so that the newest of a long one cost little.</summary>
internal static class BackwardLines
{
    private const int Piece = 64 << 10;

    /// <summary>The lines of a UTF-8 file, the last first; empty ones are left out.</summary>
    /// <param name="path">The file; others may append to it meanwhile.</param>
    public static IEnumerable<string> Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] rest = [];
        for (long position = file.Length; position > 0;)
        {
            int count = (int)Math.Min(Piece, position);
            position -= count;
            byte[] block = new byte[count + rest.Length];
            file.Position = position;
            file.ReadExactly(block, 0, count);
            rest.CopyTo(block, count);
            int end = block.Length;
            for (int i = count - 1; i >= 0; i--)
            {
                if (block[i] == '\n')
                {
                    if (end > i + 1)
                    {
                        yield return Encoding.UTF8.GetString(block, i + 1, end - i - 1);
                    }

                    end = i;
                }
            }

            rest = block[..end];
        }

        if (rest.Length > 0)
        {
            yield return Encoding.UTF8.GetString(rest);
        }
    }
}
