namespace VtPS.Engine.Sync;

/// <summary>
/// Who fetches what: a queue of contents that are wanted, in order, and the tokens by which others are under way. Every content is in one of them until it is complete, or is missing
/// for every source that is left. None is under way twice at a time. Safe for use by many threads.
/// </summary>
internal sealed partial class FetchLedger
{
    private readonly Lock _gate = new();
    private readonly long[] _lengths;
    private readonly LinkedList<int> _wanted;
    private readonly List<FetchToken> _underWay = [];
    private readonly HashSet<(int Item, int Source)> _lacking = [];
    private readonly bool[] _isGone;
    private readonly int[] _ranks;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _changed;
    private long _wantedBytes;
    private int _left;

    /// <param name="requests">What is wanted. What is here in part comes first, then the order is theirs.</param>
    /// <param name="sources">How many sources there are, reached or not; they are numbered from 0.</param>
    public FetchLedger(IReadOnlyList<ContentRequest> requests, int sources)
    {
        _lengths = [.. requests.Select(r => r.Data.Length)];
        _wanted = new(Enumerable.Range(0, requests.Count).OrderBy(i => requests[i].Offset > 0 ? 0 : 1));
        _wantedBytes = _lengths.Sum();
        _isGone = new bool[sources];
        _ranks = new int[sources];
        _left = requests.Count;
        EndIfNothingIsLeft();
    }

    /// <summary>Completes when every content is complete or missing.</summary>
    public Task Ended => _ended.Task;

    /// <summary>How many contents are missing.</summary>
    public int Missed { get; private set; }

    /// <summary>Whether a source could begin something.</summary>
    /// <param name="source">The source.</param>
    /// <param name="changed">If not: completes when that may have changed.</param>
    public bool CanBegin(int source, out Task changed)
    {
        lock (_gate)
        {
            bool can = _wanted.Any(item => CanTake(source, item));
            changed = can ? Task.CompletedTask : Changed();
            return can;
        }
    }

    /// <summary>Gives a source a batch: of what is wanted first, as much as leaves something for the others.</summary>
    /// <param name="source">The source.</param>
    /// <param name="changed">Where the result is null: completes when there may be something for it.</param>
    public FetchToken? Begin(int source, out Task changed)
    {
        lock (_gate)
        {
            FetchBatchLimit limit = FetchBatchLimit.For(Others(but: -1).Count(), _wanted.Count, _wantedBytes);
            List<int> items = [];
            long bytes = 0;
            for (LinkedListNode<int>? node = _wanted.First; node is not null && limit.Allows(items.Count, bytes);)
            {
                (LinkedListNode<int> here, node) = (node, node.Next);
                if (CanTake(source, here.Value))
                {
                    _wanted.Remove(here);
                    items.Add(here.Value);
                    bytes += _lengths[here.Value];
                }
            }

            if (items.Count == 0)
            {
                changed = Changed();
                return null;
            }

            _wantedBytes -= bytes;
            FetchToken token = new(source, items);
            _underWay.Add(token);
            changed = Task.CompletedTask;
            return token;
        }
    }

    /// <summary>Whether what a token's source has sent may be written.</summary>
    public bool Write(FetchToken token)
    {
        lock (_gate)
        {
            return !token.IsRevoked;
        }
    }

    /// <summary>A content is here. False, and nothing is noted, where the token does not stand for it any more.</summary>
    public bool Complete(FetchToken token, int item)
    {
        lock (_gate)
        {
            if (!TryEnd(token, item))
            {
                return false;
            }

            _left--;
            EndIfNothingIsLeft();
            return true;
        }
    }

    /// <summary>A content is not to be had from the token's source: others are asked. False as for <see cref="Complete"/>.</summary>
    public bool Missing(FetchToken token, int item)
    {
        lock (_gate)
        {
            if (!TryEnd(token, item))
            {
                return false;
            }

            _lacking.Add((item, token.Source));
            PutBack(item);
            DropIfMissing(_wanted.First!);
            Pulse();
            return true;
        }
    }

    /// <summary>A content must be fetched anew, from whomever. False as for <see cref="Complete"/>.</summary>
    public bool Again(FetchToken token, int item)
    {
        lock (_gate)
        {
            if (!TryEnd(token, item))
            {
                return false;
            }

            PutBack(item);
            Pulse();
            return true;
        }
    }

    /// <summary>Ends a token, by which nothing is being written any more: what is not finished is wanted again, first of all.</summary>
    public void Cancel(FetchToken token)
    {
        lock (_gate)
        {
            End(token);
            Pulse();
        }
    }
}
