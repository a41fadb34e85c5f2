using VtPS.Engine.Operations;

namespace VtPS.Engine.Restores;

/// <summary>Counts what could not be set for want of a right or of support, so that a user reads one sentence and not one for each item. Safe for use by many threads.</summary>
internal sealed class RestoreWarnings
{
    private readonly Tally _owners = new();
    private readonly Tally _modes = new();
    private readonly Tally _attributes = new();
    private readonly Tally _links = new();

    public void OwnerNotSet(string path) => _owners.Add(path);

    public void ModeNotSet(string path) => _modes.Add(path);

    public void AttributeNotSet(string path, string attribute, string reason) => _attributes.Add($"{path}: {attribute}: {reason}");

    public void LinkNotMade(string path) => _links.Add(path);

    /// <summary>Gives the observer one sentence for each kind of thing that happened.</summary>
    public void Report(IOperationObserver observer)
    {
        if (_owners.Count > 0)
        {
            observer.OnWarning($"The recorded owner of {_owners} could not be set: only root may give files away. They belong to whoever restores, without setuid and setgid bits of another owner.");
        }

        if (_modes.Count > 0)
        {
            observer.OnWarning($"The permissions of {_modes} could not be set; the file system of the destination may not keep them.");
        }

        if (_attributes.Count > 0)
        {
            observer.OnWarning($"{_attributes.Count} extended attributes could not be set ({_attributes.First}). The file system of the destination may not keep them, or setting them needs root.");
        }

        if (_links.Count > 0)
        {
            observer.OnWarning($"{_links} could not be linked to the other names of the same file and became copies: the file system of the destination does not take these links.");
        }
    }

    private sealed class Tally
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public string? First { get; private set; }

        public void Add(string first)
        {
            if (Interlocked.Increment(ref _count) == 1)
            {
                First = first;
            }
        }

        public override string ToString() => Count == 1 ? $"'{First}'" : $"{Count} items ('{First}' the first)";
    }
}
