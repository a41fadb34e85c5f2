using System.Collections.Concurrent;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Replicas;

/// <summary>A tree as it lay on disk when it was looked at.</summary>
internal sealed class TreeLook : IDisposable
{
    private readonly LiveWalk _walk;

    private TreeLook(DirectoryPool pool, PooledDirectory top, LiveWalk walk, LiveEntry root, IReadOnlyCollection<VtError> errors)
    {
        _walk = walk;
        Pool = pool;
        Top = top;
        Root = root;
        Errors = errors;
    }

    /// <summary>Holds the folders that are open.</summary>
    public DirectoryPool Pool { get; }

    /// <summary>The tree's root in it.</summary>
    public PooledDirectory Top { get; }

    /// <summary>The root, with all that is below it.</summary>
    public LiveEntry Root { get; }

    /// <summary>What could not be read.</summary>
    public IReadOnlyCollection<VtError> Errors { get; }

    /// <summary>Looks at every entry once.</summary>
    /// <param name="root">The tree's root; stays the caller's.</param>
    /// <param name="rules">What is left out.</param>
    /// <param name="onEntries">Told how many entries a folder holds that was looked at, by many threads.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="FileSystemException">The root cannot be read.</exception>
    public static TreeLook Run(DirectoryHandle root, TreeRules rules, Action<long> onEntries, CancellationToken cancellationToken)
    {
        DirectoryPool pool = new();
        try
        {
            ConcurrentQueue<VtError> errors = [];
            PooledDirectory top = pool.AddRoot(root.Duplicate());
            LiveWalk walk = new(pool, top, rules, errors.Enqueue, onEntries);
            return new TreeLook(pool, top, walk, walk.Run(cancellationToken), errors);
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    /// <summary>Looks again at the folders that changed since they were looked at; see <see cref="LiveWalk.Settle"/>.</summary>
    /// <returns>Whether anything was otherwise.</returns>
    public bool Settle(CancellationToken cancellationToken) => _walk.Settle(Root, cancellationToken);

    public void Dispose() => Pool.Dispose();
}
