using System.Collections.Concurrent;
using VtPS.Engine.IO;

namespace VtPS.Engine.Restores;

/// <summary>
/// Which names of hard-linked files are there already. The first to claim a group makes the file, the others wait for it and link to it,
/// whichever thread and directory they are in. Whoever claims never waits for another group, so nobody waits in a circle.
/// Safe for use by many threads.
/// </summary>
internal sealed class LinkGroups
{
    private readonly ConcurrentDictionary<Key, TaskCompletionSource<Target?>> _groups = [];

    /// <summary>Claims a group, or gives the file that somebody else made of it.</summary>
    /// <param name="backup">A number for the backup: groups of two backups are never one file.</param>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null where the caller has claimed the group and must call <see cref="Finish"/>.</returns>
    public async ValueTask<Target?> ClaimAsync(int backup, byte[] group, CancellationToken cancellationToken)
    {
        Key key = new(backup, group);
        while (true)
        {
            if (!_groups.TryGetValue(key, out TaskCompletionSource<Target?>? slot))
            {
                if (_groups.TryAdd(key, new TaskCompletionSource<Target?>(TaskCreationOptions.RunContinuationsAsynchronously)))
                {
                    return null;
                }

                continue;
            }

            Target? target = await slot.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (target is not null)
            {
                return target;
            }
        }
    }

    /// <summary>Ends a claim: with the file, or with null where none was made, and the next one tries.</summary>
    public void Finish(int backup, byte[] group, Target? target)
    {
        Key key = new(backup, group);
        TaskCompletionSource<Target?> slot = _groups[key];
        if (target is null)
        {
            _groups.TryRemove(key, out _);
        }

        slot.SetResult(target);
    }

    /// <summary>A name of the file.</summary>
    internal sealed record Target(PooledDirectory Directory, byte[] Name);

    private readonly struct Key(int backup, byte[] group) : IEquatable<Key>
    {
        private readonly int _backup = backup;
        private readonly byte[] _group = group;

        public bool Equals(Key other) => _backup == other._backup && _group.AsSpan().SequenceEqual(other._group);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(_backup);
            hash.AddBytes(_group);
            return hash.ToHashCode();
        }
    }
}
