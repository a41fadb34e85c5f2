using VtPS.Engine.Protocol;

namespace VtPS.Engine.Serving;

/// <summary>
/// Several Stores and trees, each by a name and with its own right. Nothing else can be opened: what a client asks for is looked up among the names, and never taken for a path.
/// Of a single one the name can be left out. Names are compared without regard to case.
/// </summary>
internal sealed class NamedExports : IExport
{
    private readonly Dictionary<string, StoreExport> _exports = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="exports">One or more exports of one Store or tree each, which this then owns, by different names.</param>
    public NamedExports(params IEnumerable<(string Name, StoreExport Export)> exports)
    {
        foreach ((string name, StoreExport export) in exports)
        {
            _exports.Add(name, export);
        }

        Right = _exports.Values.Max(export => export.Right);
    }

    /// <inheritdoc/>
    public ExportRight Right { get; }

    /// <summary>Whether something can be served by this name: ASCII letters and digits, <c>.</c>, <c>-</c> and <c>_</c>, and not dots alone, which an address would lose.</summary>
    public static bool IsName(string text) =>
        text.Any(c => c != '.') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <inheritdoc/>
    /// <remarks>A name that nothing is served by is StoreNotFound, for a tree PathNotFound; what is no name is PeerRightDenied.</remarks>
    public async ValueTask<IStoreService> OpenAsync(OpenRequest request, CancellationToken cancellationToken)
    {
        (string name, StoreExport export) = Find(request);
        try
        {
            return await export.OpenAsync(request with { Store = string.Empty }, cancellationToken).ConfigureAwait(false);
        }
        catch (VtException e)
        {
            // Where it lies is not the client's to know.
            throw new VtException(e.ErrorId, e.Message.Replace(export.Location, name, StringComparison.Ordinal), name, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask RequireThereAsync(CancellationToken cancellationToken)
    {
        foreach (StoreExport export in _exports.Values)
        {
            await export.RequireThereAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (StoreExport export in _exports.Values)
        {
            await export.DisposeAsync().ConfigureAwait(false);
        }
    }

    private (string Name, StoreExport Export) Find(OpenRequest request)
    {
        // An address by ssh has a slash before the name.
        string asked = request.Store.StartsWith('/') ? request.Store[1..] : request.Store;
        bool isTree = request.Level == PeerLevel.Trees;
        if (asked.Length == 0)
        {
            return _exports.Count == 1
                ? (_exports.Keys.Single(), _exports.Values.Single())
                : throw new VtException(
                    isTree ? VtErrorId.PathNotFound : VtErrorId.StoreNotSpecified,
                    "Several Stores or trees are served here, and no name was given. Give one, as in ssh://host/NAME or unix:///path/of/socket#NAME.");
        }

        if (!IsName(asked))
        {
            throw new VtException(
                VtErrorId.PeerRightDenied,
                $"'{request.Store}' is not served here: Stores and trees are served by their names, and no path is opened. Give a name, as in ssh://host/NAME or unix:///path/of/socket#NAME.",
                request.Store);
        }

        return _exports.TryGetValue(asked, out StoreExport? export)
            ? (asked, export)
            : throw new VtException(
                isTree ? VtErrorId.PathNotFound : VtErrorId.StoreNotFound,
                $"Nothing is served here by the name '{asked}'. Check the name; those that there are were given to vt serve by --export and --export-tree.",
                asked);
    }
}
