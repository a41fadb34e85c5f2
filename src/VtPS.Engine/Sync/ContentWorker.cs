using System.Runtime.ExceptionServices;

namespace VtPS.Engine.Sync;

/// <summary>Fetches from one source: reaches it when there is something for it, and keeps two batches under way, so that one is on its way while the next is being asked for.</summary>
internal sealed class ContentWorker
{
    private const int BatchesAtOnce = 2;
    private const int MostDemotions = 10;

    private readonly int _number;
    private readonly ContentOrigin _origin;
    private readonly SourceTerms _terms;
    private readonly FetchLedger _ledger;
    private readonly ContentFetch _fetch;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<CancellationTokenSource> _waits = [];
    private readonly FetchToken?[] _prepared = new FetchToken?[BatchesAtOnce];
    private int _staging;
    private int _demotions;
    private long _heard;
    private int _files;
    private long _bytes;

    /// <param name="number">The source's number in the ledger.</param>
    /// <param name="origin">The source.</param>
    /// <param name="terms">What it is told.</param>
    /// <param name="ledger">Says what to fetch.</param>
    /// <param name="fetch">Whom it works for.</param>
    /// <param name="time">The clock.</param>
    public ContentWorker(int number, ContentOrigin origin, SourceTerms terms, FetchLedger ledger, ContentFetch fetch, TimeProvider time)
    {
        _number = number;
        _origin = origin;
        _terms = terms;
        _ledger = ledger;
        _fetch = fetch;
        _time = time;
    }

    /// <summary>What ended the source; null while nothing did.</summary>
    public VtException? Failure { get; private set; }

    public ContentShare Share => new(_origin.Name, _files, Interlocked.Read(ref _bytes), Failure);

    /// <summary>Begins its batches before those of any other.</summary>
    public void Prepare()
    {
        for (int i = 0; i < _prepared.Length; i++)
        {
            _prepared[i] = _ledger.Begin(_number, out _);
        }
    }

    /// <summary>Works until nothing is left, or the source has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            Task changed = Task.CompletedTask;
            while (_prepared[0] is null && !_ledger.Ended.IsCompleted && !_ledger.CanBegin(_number, out changed))
            {
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_ledger.Ended.IsCompleted)
            {
                return;
            }

            IContentSource source = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                await Task.WhenAll(_prepared.Select(token => Task.Run(() => WorkAsync(source, token, stopping), CancellationToken.None))).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (Failure is not null)
        {
            // Told by that.
        }
        finally
        {
            _ledger.Remove(_number);
        }
    }

    /// <summary>
    /// Takes its work from a source that has said nothing for a time, if another could do it. If none could, and everybody waits for it, it is given up, unless it is the first: without that there
    /// is no sync, so it is waited for while its connection lives.
    /// </summary>
    public void CheckProgress()
    {
        lock (_gate)
        {
            // It may need longer than that, and so may all others: it gets more time each time, so that nothing goes to and fro for ever.
            if (_staging > 0 || _time.GetElapsedTime(_heard) < ContentFetch.Patience * (1 << _demotions))
            {
                return;
            }

            bool isTaken = _ledger.TryDemote(_number);
            if (!isTaken && _number > 0 && _waits.Count > 0 && _ledger.AreOthersIdle(_number))
            {
                Failure ??= new VtException(
                    VtErrorId.PeerTimeout, $"'{_origin.Name}' has said nothing for {_time.GetElapsedTime(_heard).TotalSeconds:0} seconds, and was given up. Check the machine and the network.", _origin.Name);
            }

            _demotions = Math.Min(_demotions + (isTaken ? 1 : 0), MostDemotions);
            if (isTaken || Failure is not null)
            {
                foreach (CancellationTokenSource wait in _waits)
                {
                    _ = wait.CancelAsync();
                }
            }
        }
    }

    /// <summary>What to throw where packets are not what they should be.</summary>
    public static VtException Misunderstood(string name, Exception e) => new(
        VtErrorId.PeerProtocolMismatch, $"What '{name}' sent cannot be understood: {e.Message} Use the same version of VtPS on both sides.", name, e);

    private static bool IsOfSource(Exception e) => e is VtException or IOException or UnauthorizedAccessException or InvalidDataException;

    private async Task<IContentSource> OpenAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource wait = BeginWait(cancellationToken);
        try
        {
            return await _origin.OpenAsync(_terms, wait.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfSource(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Fail(e);
        }
        finally
        {
            EndWait(wait);
        }
    }

    /// <summary>Fetches one batch after the other.</summary>
    private async Task WorkAsync(IContentSource source, FetchToken? token, CancellationTokenSource stopping)
    {
        while (!_ledger.Ended.IsCompleted)
        {
            stopping.Token.ThrowIfCancellationRequested();
            Task changed = Task.CompletedTask;
            token ??= _ledger.Begin(_number, out changed);
            if (token is null)
            {
                await changed.WaitAsync(stopping.Token).ConfigureAwait(false);
                continue;
            }

            using CancellationTokenSource wait = BeginWait(stopping.Token);
            try
            {
                await FetchAsync(source, token, wait.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested && Failure is null)
            {
                // Taken from it: it may be asked for something else.
            }
            catch (Exception)
            {
                // Its other batch ends with this one.
                await stopping.CancelAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                EndWait(wait);
                _ledger.Cancel(token);
                token = null;
            }
        }
    }

    private async Task FetchAsync(IContentSource source, FetchToken token, CancellationToken cancellationToken)
    {
        ContentRequest[] requests = [.. token.Items.Select(_fetch.RequestFor)];
        using ContentStager stager = _fetch.CreateStager(requests, bytes => Interlocked.Add(ref _bytes, bytes), (i, outcome) => Note(token, token.Items[i], outcome));
        IAsyncEnumerator<ReadOnlyMemory<byte>> packets = source.ReadContentAsync(requests, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (packets.ConfigureAwait(false))
        {
            while (await NextAsync(packets, cancellationToken).ConfigureAwait(false) && _ledger.Write(token))
            {
                Stage(stager, packets.Current, cancellationToken);
            }
        }

        // What it said nothing of, it has not.
        foreach (int item in token.IsRevoked ? [] : token.Items)
        {
            _ledger.Missing(token, item);
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> packets, CancellationToken cancellationToken)
    {
        try
        {
            return await packets.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfSource(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Fail(e);
        }
    }

    private void Stage(ContentStager stager, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _staging++;
        }

        try
        {
            stager.Take(packet.Span, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw Fail(e);
        }
        finally
        {
            lock (_gate)
            {
                _staging--;
                _heard = _time.GetTimestamp();
            }
        }
    }

    private void Note(FetchToken token, int item, ContentOutcome outcome)
    {
        switch (outcome)
        {
            case ContentOutcome.Complete when _ledger.Complete(token, item):
                Interlocked.Increment(ref _files);
                break;
            case ContentOutcome.Missing:
                _ledger.Missing(token, item);
                break;
            case ContentOutcome.Spoiled:
                _ledger.Again(token, item);
                break;
        }
    }

    /// <summary>Notes what ended the source, and what to throw for it.</summary>
    private OperationCanceledException Fail(Exception e)
    {
        Failure ??= e switch
        {
            VtException known => known,
            InvalidDataException => Misunderstood(_origin.Name, e),
            _ => new VtException(VtErrorId.SourceReadFailed, $"'{_origin.Name}' cannot be read: {e.Message}", _origin.Name, e),
        };
        return new OperationCanceledException(Failure.Message, e);
    }

    private CancellationTokenSource BeginWait(CancellationToken cancellationToken)
    {
        CancellationTokenSource wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_gate)
        {
            _heard = _time.GetTimestamp();
            _waits.Add(wait);
        }

        return wait;
    }

    private void EndWait(CancellationTokenSource wait)
    {
        lock (_gate)
        {
            _waits.Remove(wait);
        }
    }
}
