using System.Threading.Channels;

namespace VtPS.Engine.Restores;

/// <summary>
/// Directories that wait for a thread. It holds few: a thread that finds it full goes on with the directory itself, so memory stays small
/// and the threads work in disjoint directories. Ends when all that was put is done. Safe for use by many threads.
/// </summary>
internal sealed class WorkQueue(int workers)
{
    private readonly Channel<DirectoryJob> _channel = Channel.CreateUnbounded<DirectoryJob>();
    private int _waiting;
    private int _unfinished;

    /// <summary>Puts a directory, if others can be expected to take it soon.</summary>
    public bool TryDonate(DirectoryJob job)
    {
        if (workers == 1 || Volatile.Read(ref _waiting) >= 2 * workers)
        {
            return false;
        }

        Put(job);
        return true;
    }

    /// <summary>Puts a directory.</summary>
    public void Put(DirectoryJob job)
    {
        Interlocked.Increment(ref _unfinished);
        Interlocked.Increment(ref _waiting);
        _channel.Writer.TryWrite(job);
    }

    /// <summary>The next directory; null when all are done.</summary>
    public async ValueTask<DirectoryJob?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_channel.Reader.TryRead(out DirectoryJob? job))
            {
                Interlocked.Decrement(ref _waiting);
                return job;
            }
        }

        return null;
    }

    /// <summary>Says that a directory that was taken is done.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _unfinished) == 0)
        {
            _channel.Writer.TryComplete();
        }
    }

    /// <summary>What nobody has taken, after the threads ended early.</summary>
    public IEnumerable<DirectoryJob> Drain()
    {
        while (_channel.Reader.TryRead(out DirectoryJob? job))
        {
            yield return job;
        }
    }
}
