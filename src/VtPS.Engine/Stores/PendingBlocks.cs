namespace VtPS.Engine.Stores;

/// <summary>The blocks that a writer has taken and that no sealed data file holds yet. Safe for use by many threads.</summary>
internal sealed class PendingBlocks
{
    private const int ShardCount = 64;
    private readonly Shard[] _shards = new Shard[ShardCount];

    public PendingBlocks()
    {
        for (int i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard();
        }
    }

    /// <summary>Takes a block; false if it is taken already.</summary>
    public bool TryAdd(VtHash hash)
    {
        BlockKey key = BlockKey.Of(hash);
        Shard shard = _shards[(int)(key.B % ShardCount)];
        lock (shard.Gate)
        {
            return shard.Keys.Add(key);
        }
    }

    public bool Contains(VtHash hash)
    {
        BlockKey key = BlockKey.Of(hash);
        Shard shard = _shards[(int)(key.B % ShardCount)];
        lock (shard.Gate)
        {
            return shard.Keys.Contains(key);
        }
    }

    public void Remove(VtHash hash)
    {
        BlockKey key = BlockKey.Of(hash);
        Shard shard = _shards[(int)(key.B % ShardCount)];
        lock (shard.Gate)
        {
            shard.Keys.Remove(key);
        }
    }

    private sealed class Shard
    {
        public Lock Gate { get; } = new();

        public HashSet<BlockKey> Keys { get; } = [];
    }
}
