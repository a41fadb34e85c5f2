using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Faults.Models;

/// <summary>Restores backups to disk and compares them with what they must hold.</summary>
internal static class ModelRestore
{
    /// <summary>Restores a backup and asserts that what came out is right and that an error tells of everything that did not.</summary>
    /// <param name="session">The Store.</param>
    /// <param name="id">The backup.</param>
    /// <param name="expected">What it must hold.</param>
    /// <param name="folder">Where to; it is removed before, as a process that was killed may have left it, and after.</param>
    /// <param name="isDead">Whether the process that restores has died: then nothing is asserted.</param>
    /// <returns>How many errors there were.</returns>
    public static async Task<int> RunAsync(StoreSession session, string id, string expected, string folder, Func<bool>? isDead = null)
    {
        RecordingObserver observer = new();
        Remove(folder);
        try
        {
            VtBackup backup = await BackupCatalog.ResolveAsync(session, id, new BackupFilter(), CancellationToken.None);
            RestoreRequest request = new()
            {
                Selections = [new RestoreSelection(backup, [])],
                Destination = Encoding.UTF8.GetBytes(folder),
                NumericId = true,
                OnDamage = OnDamage.Skip,
            };
            await RestoreOperation.RunAsync(session, request, observer, CancellationToken.None);
            if (isDead?.Invoke() != true)
            {
                Compare(id, expected, folder, [.. observer.Errors]);
            }
        }
        finally
        {
            Remove(folder);
        }

        return observer.Errors.Count;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string id, string expected, string folder, List<VtError> errors)
    {
        string[] right = expected.Split('\n');
        HashSet<string> came = [];
        foreach (string top in Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [])
        {
            came.UnionWith(StoreCheck.DescribeLive(top).Split('\n'));
        }

        foreach (string line in came)
        {
            Assert.True(right.Contains(line), $"Backup {id} gave '{line}', which it does not hold.");
        }

        foreach (string line in right.Where(line => !came.Contains(line)))
        {
            string path = line.Split(' ')[0];
            Assert.True(
                errors.Exists(error => error.Target is string target && (target.Length == 0 || target == "/" || path == target || path.StartsWith(target + "/", StringComparison.Ordinal))),
                $"Backup {id} did not give '{line}', and no error says so: {string.Join(" ", errors.Select(error => error.Message))}");
        }

        foreach (VtError error in errors)
        {
            Assert.True(error.Id is VtErrorId.BlockNotFound or VtErrorId.BlockDamaged, error.Message);
            Assert.True(right.Any(line => !came.Contains(line)), $"Backup {id} gave everything, but: {error.Message}");
        }
    }
}
