namespace VtPS.Engine.Sync;

/// <summary>The sources, and who may take what.</summary>
internal sealed partial class FetchLedger
{
    /// <summary>
    /// Where a source with nothing to do could take what is under way at this one: forbids the latter's tokens to write any more, and from now on all others come before it. Whoever holds the
    /// tokens cancels them once nothing is being written by them.
    /// </summary>
    /// <returns>Whether that is so.</returns>
    public bool TryDemote(int source)
    {
        lock (_gate)
        {
            List<FetchToken> tokens = _underWay.FindAll(t => t.Source == source);
            IEnumerable<int> idle = Others(source).Where(other => !_underWay.Exists(t => t.Source == other));
            if (!idle.Any(other => tokens.Exists(t => t.Open.Any(item => !_lacking.Contains((item, other))))))
            {
                return false;
            }

            _ranks[source] = _ranks.Max() + 1;
            tokens.ForEach(token => token.IsRevoked = true);
            Pulse();
            return true;
        }
    }

    /// <summary>Whether nothing is under way at any other source than this one.</summary>
    public bool AreOthersIdle(int source)
    {
        lock (_gate)
        {
            return _underWay.TrueForAll(t => t.Source == source);
        }
    }

    /// <summary>A source is gone: its tokens, by which nothing is being written any more, are cancelled. What none of the others has is missing.</summary>
    public void Remove(int source)
    {
        lock (_gate)
        {
            _isGone[source] = true;
            foreach (FetchToken token in _underWay.FindAll(t => t.Source == source))
            {
                End(token);
            }

            for (LinkedListNode<int>? node = _wanted.First; node is not null;)
            {
                (LinkedListNode<int> here, node) = (node, node.Next);
                DropIfMissing(here);
            }

            Pulse();
        }
    }

    /// <summary>The sources that are left, but for one.</summary>
    private IEnumerable<int> Others(int but) => Enumerable.Range(0, _isGone.Length).Where(s => s != but && !_isGone[s]);

    /// <summary>Whether a source may be asked for a content: one that was demoted only for what none before it has.</summary>
    private bool CanTake(int source, int item) => !_isGone[source] && !_lacking.Contains((item, source))
        && (_ranks[source] == 0 || Others(source).All(other => _ranks[other] > _ranks[source] || _lacking.Contains((item, other))));

    /// <summary>Takes a content off a token; false where it is not on it, or the token was cancelled.</summary>
    private bool TryEnd(FetchToken token, int item)
    {
        bool was = token.Open.Remove(item);
        if (was && token.Open.Count == 0)
        {
            End(token);
        }

        return was;
    }

    private void End(FetchToken token)
    {
        token.IsRevoked = true;
        if (_underWay.Remove(token))
        {
            foreach (int item in token.Items.Where(token.Open.Contains).Reverse())
            {
                PutBack(item);
            }

            token.Open.Clear();
        }
    }

    private void PutBack(int item)
    {
        _wanted.AddFirst(item);
        _wantedBytes += _lengths[item];
    }

    /// <summary>Takes a content out of what is wanted if no source has it.</summary>
    private void DropIfMissing(LinkedListNode<int> wanted)
    {
        if (Others(but: -1).All(source => _lacking.Contains((wanted.Value, source))))
        {
            _wanted.Remove(wanted);
            _wantedBytes -= _lengths[wanted.Value];
            _left--;
            Missed++;
            EndIfNothingIsLeft();
        }
    }

    private void EndIfNothingIsLeft()
    {
        if (_left == 0)
        {
            _ended.TrySetResult();
            Pulse();
        }
    }

    /// <summary>Completes with the next change. After the last one there is none, and nobody must wait for it.</summary>
    private Task Changed() => _left == 0 ? Task.CompletedTask : (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Pulse()
    {
        _changed?.TrySetResult();
        _changed = null;
    }
}
