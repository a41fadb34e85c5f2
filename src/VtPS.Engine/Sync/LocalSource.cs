using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>A tree on this machine that content is read out of, as its last scan saw it. Nothing is locked, nothing is written, and the tree is not walked.</summary>
internal sealed class LocalSource : IContentSource
{
    private readonly DirectoryHandle _root;
    private readonly TreeContents _contents;

    private LocalSource(string path, ReplicaState state, bool compress)
    {
        Name = path;
        _root = TreeFiles.OpenRoot(path);
        _contents = new TreeContents(state, _root, compress);
    }

    public string Name { get; }

    /// <summary>Opens a tree.</summary>
    /// <param name="path">Its root: a full path.</param>
    /// <param name="terms">Who reads.</param>
    /// <param name="compress">Whether content is compressed on its way.</param>
    /// <exception cref="VtException">PathNotFound, SourceDenied, SourceReadFailed; InvalidArgument: it is of another group; PeerRightDenied: its <c>.vtgroup</c> does not let the reader read.</exception>
    public static LocalSource Open(string path, SourceTerms terms, bool compress)
    {
        try
        {
            using ReplicaFolder folder = ReplicaFolder.Open(path, readOnly: true);
            ReplicaState state = folder.Load();
            GroupFile? file = GroupFile.Parse(Path.Join(path, GroupFile.Name), TreeFiles.ReadRules(path, GroupFile.Name));
            Identity group = file is { } own && own.Id != default ? own.Id : state.Group;
            if (state.Group != terms.Group || group != terms.Group)
            {
                throw new VtException(VtErrorId.InvalidArgument, $"'{path}' is not of the group {terms.Group}, so no content is read out of it. It is once it was synced with a tree of that group.", path);
            }

            GroupRules.Check(file, terms.Member, GroupRight.Read);
            return new LocalSource(path, state, compress);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"'{path}' cannot be read: {e.Message} Check its permissions.", path, e);
        }
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken) => _contents.ReadAsync(requests, null, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _root.Dispose();
        return ValueTask.CompletedTask;
    }
}
