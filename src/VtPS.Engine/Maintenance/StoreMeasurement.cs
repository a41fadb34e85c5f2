using System.Numerics;
using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Measures a Store.</summary>
internal static class StoreMeasurement
{
    /// <summary>Counts and sums what the Store holds, by its listings and its index; reads no data.</summary>
    /// <param name="store">The Store.</param>
    /// <param name="histogram">Whether blocks are counted by classes of length, too.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="VtException">StoreReadFailed.</exception>
    public static async Task<VtStoreStatistics> RunAsync(StoreSession store, bool histogram, CancellationToken cancellationToken)
    {
        long backups = 0;
        long source = 0;
        await foreach (VtBackup backup in BackupCatalog.ListAsync(store, new BackupFilter(), static _ => { }, cancellationToken).ConfigureAwait(false))
        {
            backups++;
            source += backup.BytesTotal;
        }

        long total = 0;
        long dataFiles = 0;
        await foreach (ObjectInfo info in store.Storage.ListAsync("", cancellationToken).ConfigureAwait(false))
        {
            total += info.Length;
            dataFiles += StoreNames.TryParseDataFile(info.Name, out _) ? 1 : 0;
        }

        // A record holds many blocks; its length is shared out among them, so that a record counts once however many of its blocks are met.
        long count = 0;
        long length = 0;
        double stored = 0;
        long[] classes = new long[64];
        foreach ((_, BlockLocation place) in store.Index.Enumerate())
        {
            if ((count++ & 0xfff) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            length += place.BlockLength;
            stored += place.PlainLength == 0 ? place.RecordLength : (double)place.RecordLength * place.BlockLength / place.PlainLength;
            classes[place.BlockLength == 0 ? 0 : BitOperations.Log2((uint)place.BlockLength)]++;
        }

        (long[] bounds, long[] counts) = histogram ? Trim(classes) : ([], []);
        return new VtStoreStatistics
        {
            Store = store.Info.Path,
            StoreId = store.Info.StoreId,
            BackupCount = backups,
            DataFileCount = dataFiles,
            BlockCount = count,
            BlockLength = length,
            StoredLength = (long)Math.Round(stored),
            StoreLength = total,
            SourceLength = source,
            Ratio = total == 0 ? 0 : (double)source / total,
            HistogramBound = bounds,
            HistogramCount = counts,
        };
    }

    /// <summary>From the first class that has blocks to the last.</summary>
    private static (long[] Bounds, long[] Counts) Trim(long[] classes)
    {
        int first = Array.FindIndex(classes, static n => n > 0);
        if (first < 0)
        {
            return ([], []);
        }

        int last = Array.FindLastIndex(classes, static n => n > 0);
        long[] bounds = new long[last - first + 1];
        for (int i = 0; i < bounds.Length; i++)
        {
            bounds[i] = 1L << (first + i);
        }

        return (bounds, classes[first..(last + 1)]);
    }
}
