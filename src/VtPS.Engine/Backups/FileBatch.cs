namespace VtPS.Engine.Backups;

/// <summary>Small files that lie near each other, about a megabyte of them, or one large file.</summary>
internal sealed class FileBatch : IWork
{
    private const int TargetCount = 256;
    private readonly List<FileJob> _jobs = [];
    private long _bytes;

    /// <summary>Whether the batch is worth a worker's turn.</summary>
    public bool IsFull => _bytes >= Stores.DataFileFormat.CompanyLength || _jobs.Count >= TargetCount;

    public bool IsEmpty => _jobs.Count == 0;

    public void Add(FileJob job)
    {
        _jobs.Add(job);
        _bytes += job.Status.Size;
    }

    public void Run(BackupWorker worker)
    {
        for (int i = 0; i < _jobs.Count; i++)
        {
            if (worker.Run.IsStopping)
            {
                Release(i);
                return;
            }

            FileReading.Run(worker, _jobs[i]);
        }
    }

    public void Drop() => Release(0);

    private void Release(int from)
    {
        for (int i = from; i < _jobs.Count; i++)
        {
            _jobs[i].Directory.Release();
        }
    }
}
