namespace VtPS.Engine.Restores;

/// <summary>The threads of a restore. Units of work are done one after the other, each by all threads.</summary>
internal sealed class RestoreEngine
{
    private readonly RestoreContext _context;
    private readonly DestinationTree _tree;
    private readonly RestoreWorker[] _workers;

    public RestoreEngine(RestoreContext context)
    {
        _context = context;
        MetadataWriter metadata = new(context);
        TreeRemover remover = new(context);
        _tree = new DestinationTree(context, metadata, remover);
        _workers = new RestoreWorker[Math.Max(1, context.Request.ThrottleLimit ?? Environment.ProcessorCount)];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new RestoreWorker(context, _tree, new ItemRestorer(context, metadata, remover));
        }
    }

    /// <summary>Restores a directory with all below it.</summary>
    /// <exception cref="OperationCanceledException">The restore was cancelled or has ended itself.</exception>
    public async Task RunAsync(DirectoryJob job)
    {
        WorkQueue queue = new(_workers.Length);
        queue.Put(job);
        Task[] tasks = new Task[_workers.Length];
        for (int i = 0; i < tasks.Length; i++)
        {
            RestoreWorker worker = _workers[i];
            tasks[i] = Task.Run(() => RunAsync(worker, queue), CancellationToken.None);
        }

        Task all = Task.WhenAll(tasks);
        try
        {
            await all.ConfigureAwait(false);
        }
        catch (Exception) when (all.Exception is { } thrown)
        {
            // Of several the one that is not just an echo of the others' end.
            foreach (Exception e in thrown.InnerExceptions)
            {
                if (e is not OperationCanceledException)
                {
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
                }
            }

            throw;
        }
        finally
        {
            foreach (DirectoryJob left in queue.Drain())
            {
                if (left.Node?.Parent is { } parent)
                {
                    _tree.Abandon(parent);
                }
            }
        }
    }

    private async Task RunAsync(RestoreWorker worker, WorkQueue queue)
    {
        try
        {
            await worker.RunAsync(queue).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The others are to end soon; what was thrown goes to the caller.
            _context.Stop();
            throw;
        }
    }
}
