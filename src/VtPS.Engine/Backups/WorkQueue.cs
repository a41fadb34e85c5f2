namespace VtPS.Engine.Backups;

/// <summary>
/// The work of a run: batches of files from the walker, and pieces of large files from workers, which go first. Bounded, so that memory does not grow with the tree.
/// </summary>
internal sealed class WorkQueue(int limit)
{
    private readonly Queue<IWork> _batches = new();
    private readonly Queue<IWork> _pieces = new();
    private readonly object _gate = new();
    private int _active;
    private bool _ended;
    private bool _abandoned;

    /// <summary>Adds a batch; waits while the queue is full. False once the queue is abandoned.</summary>
    public bool Add(IWork batch)
    {
        lock (_gate)
        {
            while (_batches.Count >= limit && !_abandoned)
            {
                Monitor.Wait(_gate);
            }

            if (_abandoned)
            {
                return false;
            }

            _batches.Enqueue(batch);
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Adds a piece if another worker is free or soon will be; else the caller does it itself.</summary>
    public bool TryAddPiece(IWork piece)
    {
        lock (_gate)
        {
            if (_pieces.Count >= limit || _abandoned)
            {
                return false;
            }

            _pieces.Enqueue(piece);
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Says that no batch will come any more.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Drops what waits and lets everybody go.</summary>
    public void Abandon()
    {
        List<IWork> dropped = [];
        lock (_gate)
        {
            _abandoned = true;
            dropped.AddRange(_batches);
            dropped.AddRange(_pieces);
            _batches.Clear();
            _pieces.Clear();
            Monitor.PulseAll(_gate);
        }

        foreach (IWork work in dropped)
        {
            work.Drop();
        }
    }

    /// <summary>Waits for work; null when there will be none. A worker calls <see cref="Done"/> after each.</summary>
    public IWork? Take()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_abandoned)
                {
                    return null;
                }

                if (_pieces.TryDequeue(out IWork? work) || _batches.TryDequeue(out work))
                {
                    _active++;
                    Monitor.PulseAll(_gate);
                    return work;
                }

                // A worker that is still at it may split a large file into pieces.
                if (_ended && _active == 0)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Says that the work taken is done.</summary>
    public void Done()
    {
        lock (_gate)
        {
            _active--;
            Monitor.PulseAll(_gate);
        }
    }
}
