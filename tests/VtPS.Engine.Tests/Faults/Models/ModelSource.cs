using System.Globalization;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Faults.Models;

/// <summary>
/// The tree that a player backs up: up to eighteen files in three directories, of few different contents, so that players share blocks and what was garbage is needed again.
/// A content has its own length and time, so a tree can be made again, to the last attribute, from its description.
/// </summary>
internal sealed class ModelSource
{
    private const int Contents = 40;
    private const int Large = 3_000_000;
    private static readonly DateTime Epoch = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public ModelSource(string path)
    {
        Location = path;
        Directory.CreateDirectory(path);
        SetTimes();
    }

    public string Location { get; }

    public string Describe() => StoreCheck.DescribeLive(Location);

    /// <summary>Writes and deletes a few files.</summary>
    public void Change(Random random)
    {
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            string path = Path.Combine(Location, $"d{random.Next(3)}", $"f{random.Next(6)}");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (random.Next(4) == 0)
            {
                File.Delete(path);
            }
            else
            {
                Write(path, random.Next(Contents));
            }
        }

        SetTimes();
    }

    /// <summary>Makes the tree what a description says.</summary>
    /// <param name="description">See <see cref="StoreCheck.DescribeLive"/>.</param>
    public void Make(string description)
    {
        Directory.Delete(Location, recursive: true);
        foreach (string line in description.Split('\n'))
        {
            // The first name is the tree's own.
            string[] words = line.Split(' ');
            string path = Path.Combine(Location, words[0][(words[0].Split('/')[0].Length)..].TrimStart('/'));
            if (words[1] == "Directory")
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                int length = int.Parse(words[2], CultureInfo.InvariantCulture);
                Write(path, length == Large ? Contents - 1 : (length - 50) / 700);
            }
        }

        SetTimes();
    }

    private static void Write(string path, int content)
    {
        File.WriteAllBytes(path, TestContent.Random(content == Contents - 1 ? Large : 50 + (content * 700), (ulong)content));
        File.SetLastWriteTimeUtc(path, Epoch.AddSeconds(content));
    }

    private void SetTimes()
    {
        foreach (string folder in Directory.GetDirectories(Location))
        {
            Directory.SetLastWriteTimeUtc(folder, Epoch);
        }

        Directory.SetLastWriteTimeUtc(Location, Epoch);
    }
}
