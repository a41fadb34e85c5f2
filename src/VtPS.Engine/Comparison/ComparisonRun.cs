using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Comparison;

/// <summary>One comparison: walks both trees side by side with an explicit stack. For one thread.</summary>
internal sealed class ComparisonRun(
    ComparedTree reference, ComparedTree difference, LiveTree? live, ITreeReader trees, VtHashName hashName,
    CompareRequest request, PathSelection? confined, IOperationObserver observer)
{
    private const long ProgressInterval = 200;

    private readonly EntryComparer _comparer = new();
    private readonly ContentComparer _content = new(trees, hashName);
    private readonly PathSelection _selection = PathSelection.Create(request.Paths);
    private long _compared;
    private long _nextProgress = Environment.TickCount64 + ProgressInterval;

    /// <summary>The differences in the order of paths.</summary>
    public async IAsyncEnumerable<VtDifference> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stack<Frame> stack = new();
        try
        {
            stack.Push(new Frame(
                reference.ReadTopAsync(cancellationToken).GetAsyncEnumerator(cancellationToken),
                difference.ReadTopAsync(cancellationToken).GetAsyncEnumerator(cancellationToken),
                TreePath.Top,
                _selection.Top,
                confined?.Top));
            while (stack.TryPeek(out Frame? frame))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!await NextAsync(frame).ConfigureAwait(false))
                {
                    await stack.Pop().DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                ComparedEntry? left = frame.Left;
                ComparedEntry? right = frame.Right;

                // A live entry that could not be examined was reported; whether it differs cannot be told.
                if (left is { Entry: null } || right is { Entry: null })
                {
                    continue;
                }

                byte[] name = (left ?? right)!.Value.Name;
                bool isDirectory = left is { Entry.Type: VtItemType.Directory } || right is { Entry.Type: VtItemType.Directory };
                SelectionScope? below = null;
                SelectionScope? belowSources = null;
                if ((frame.Scope is not null && !frame.Scope.TryMatch(name, isDirectory, out below))
                    || (frame.SourceScope is not null && !frame.SourceScope.TryMatch(name, isDirectory, out belowSources)))
                {
                    continue;
                }

                TellProgress(frame, name);
                if (below is null && await CompareAsync(frame, left, right, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    yield return found;
                }

                if (isDirectory && MustDescend(left?.Entry, right?.Entry, below))
                {
                    stack.Push(new Frame(
                        Open(reference, left, cancellationToken), Open(difference, right, cancellationToken), frame.Path.Enter(name), below, belowSources));
                }
            }
        }
        finally
        {
            while (stack.TryPop(out Frame? left))
            {
                await left.DisposeAsync().ConfigureAwait(false);
            }
        }

        _selection.ThrowIfUnmatched(live is null ? "either of the two backups" : "the backup or the live tree");
    }

    private static IAsyncEnumerator<ComparedEntry>? Open(ComparedTree tree, ComparedEntry? directory, CancellationToken cancellationToken) =>
        directory is { Entry.Type: VtItemType.Directory } ? tree.ReadAsync(directory.Value, cancellationToken).GetAsyncEnumerator(cancellationToken) : null;

    // Directories with one reference have one content: nothing below can differ. On the way to a path that was given one looks all the same, for it may name nothing.
    private bool MustDescend(TreeEntry? left, TreeEntry? right, SelectionScope? below) =>
        request.IncludeEqual || below is not null || left?.Content is null || !left.Content.Equals(right?.Content);

    private async ValueTask<bool> NextAsync(Frame frame)
    {
        try
        {
            return await frame.MoveNextAsync().ConfigureAwait(false);
        }
        catch (VtException e) when (RestoreContext.IsDamage(e) || e.ErrorId is VtErrorId.UnsafePath or VtErrorId.PathNotFound or VtErrorId.SourceDenied or VtErrorId.SourceReadFailed)
        {
            // One side of this directory is not known to its end: saying that the rest is only on the other side would be a guess.
            string path = frame.Path.Depth == 0 ? "/" : frame.Path.ToString();
            observer.OnError(new VtError(e.ErrorId, $"The rest of the directory '{path}' was not compared: {e.Message}", path, e));
            return false;
        }
    }

    private async ValueTask<VtDifference?> CompareAsync(Frame frame, ComparedEntry? left, ComparedEntry? right, CancellationToken cancellationToken)
    {
        _compared++;
        if (left is null || right is null)
        {
            return Create(frame, left?.Entry, right?.Entry, left is null ? VtDifferenceKind.Added : VtDifferenceKind.Removed, []);
        }

        TreeEntry one = left.Value.Entry!;
        TreeEntry other = right.Value.Entry!;
        _comparer.Compare(one, other, timeIsContent: live is not null && !request.Content);
        if (one.Type == VtItemType.File && other.Type == VtItemType.File)
        {
            bool? equal = await IsContentEqualAsync(frame, one, right.Value, cancellationToken).ConfigureAwait(false);
            if (equal is null)
            {
                return null;
            }

            if (!equal.Value)
            {
                _comparer.Changed.Insert(0, "Content");
            }
        }

        VtDifferenceKind kind = _comparer.Changed.Count > 0 ? VtDifferenceKind.Changed : _comparer.Metadata.Count > 0 ? VtDifferenceKind.Metadata : VtDifferenceKind.Equal;
        return kind == VtDifferenceKind.Equal && !request.IncludeEqual ? null : Create(frame, one, other, kind, [.. _comparer.Changed, .. _comparer.Metadata]);
    }

    /// <returns>Null where the live file cannot be read, which was reported.</returns>
    private async ValueTask<bool?> IsContentEqualAsync(Frame frame, TreeEntry one, ComparedEntry other, CancellationToken cancellationToken)
    {
        if (live is null)
        {
            return Equals(one.Content ?? VtBlockReference.Empty, other.Entry!.Content ?? VtBlockReference.Empty);
        }

        if (!request.Content)
        {
            return true;
        }

        if (one.Size != other.Entry!.Size)
        {
            return false;
        }

        string path = frame.Path.Join(other.Name);
        try
        {
            DirectoryHandle folder = live.Pool.Acquire(other.Folder!);
            try
            {
                using SafeFileHandle file = folder.OpenFile(other.Name);
                return await _content.EqualsAsync(file, one.Content, null, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                live.Pool.Release(other.Folder!);
            }
        }
        catch (FileSystemException e)
        {
            VtException error = LiveTree.ToError(e, path, "Its content was not compared.");
            observer.OnError(new VtError(error.ErrorId, error.Message, path, e));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.OnError(new VtError(VtErrorId.SourceReadFailed, $"'{path}' cannot be read: {e.Message} Its content was not compared.", path, e));
        }
        catch (VtException e) when (RestoreContext.IsDamage(e))
        {
            observer.OnError(new VtError(e.ErrorId, $"The content of '{path}' was not compared: {e.Message}", path, e));
        }

        return null;
    }

    private static VtDifference Create(Frame frame, TreeEntry? left, TreeEntry? right, VtDifferenceKind kind, string[] fields) => new()
    {
        Path = frame.Path.Join((left ?? right)!.Name),
        Kind = kind,
        ItemType = (right ?? left)!.Type,
        Field = fields,
        ReferenceLength = left is { Type: VtItemType.File } ? left.Size : null,
        DifferenceLength = right is { Type: VtItemType.File } ? right.Size : null,
    };

    private void TellProgress(Frame frame, byte[] name)
    {
        if (observer.WantsProgress && Environment.TickCount64 >= _nextProgress)
        {
            _nextProgress = Environment.TickCount64 + ProgressInterval;
            observer.OnProgress(new OperationProgress { Activity = "Comparing", ItemsDone = _compared, CurrentItem = frame.Path.Join(name) });
        }
    }

    /// <summary>A directory of both trees, or of one.</summary>
    private sealed class Frame(
        IAsyncEnumerator<ComparedEntry>? left, IAsyncEnumerator<ComparedEntry>? right, TreePath path, SelectionScope? scope, SelectionScope? sourceScope) : IAsyncDisposable
    {
        private bool _hasLeft;
        private bool _hasRight;
        private bool _leftIsNext = true;
        private bool _rightIsNext = true;

        public TreePath Path { get; } = path;

        public SelectionScope? Scope { get; } = scope;

        public SelectionScope? SourceScope { get; } = sourceScope;

        /// <summary>The reference's entry of the name in hand, if it has one.</summary>
        public ComparedEntry? Left { get; private set; }

        public ComparedEntry? Right { get; private set; }

        /// <summary>Goes to the next name that either side has.</summary>
        public async ValueTask<bool> MoveNextAsync()
        {
            if (_leftIsNext)
            {
                _hasLeft = left is not null && await left.MoveNextAsync().ConfigureAwait(false);
            }

            if (_rightIsNext)
            {
                _hasRight = right is not null && await right.MoveNextAsync().ConfigureAwait(false);
            }

            int order = !_hasLeft ? 1 : !_hasRight ? -1 : NameComparer.Instance.Compare(left!.Current.Name, right!.Current.Name);
            _leftIsNext = _hasLeft && order <= 0;
            _rightIsNext = _hasRight && order >= 0;
            Left = _leftIsNext ? left!.Current : null;
            Right = _rightIsNext ? right!.Current : null;
            return _leftIsNext || _rightIsNext;
        }

        public async ValueTask DisposeAsync()
        {
            if (left is not null)
            {
                await left.DisposeAsync().ConfigureAwait(false);
            }

            if (right is not null)
            {
                await right.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
