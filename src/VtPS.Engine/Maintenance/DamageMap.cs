using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Damage by the references that it makes unreadable, so that a walk over the backups can tell what it touches.</summary>
internal sealed class DamageMap
{
    /// <summary>So many missing blocks have a finding each; the others share one.</summary>
    private const int MaximumMissing = 1000;

    private readonly Dictionary<BlockKey, Finding> _blocks = [];
    private readonly Dictionary<(VtBlockReference Reference, bool IsDirectory), Finding> _references = [];
    private readonly List<Finding> _findings = [];
    private int _missing;
    private Finding? _rest;

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Whether anything is known that a backup could stand on.</summary>
    public bool IsEmpty => _blocks.Count == 0 && _references.Count == 0;

    /// <summary>A block that is not in the Store.</summary>
    public void AddMissing(VtBlockReference reference)
    {
        BlockKey key = BlockKey.Of(reference.Hash!);
        if (_blocks.ContainsKey(key))
        {
            return;
        }

        Finding? finding = _rest;
        if (_missing++ < MaximumMissing)
        {
            finding = Add(VtTestKind.BlockMissing, $"The block {reference.Hash} of {reference.Length} bytes is not in the Store. The next backup of a source that still has it stores it again.");
        }
        else if (finding is null)
        {
            finding = _rest = Add(VtTestKind.BlockMissing, "More blocks are not in the Store. The next backup of a source that still has them stores them again.");
        }

        finding!.Hashes.Add(reference.Hash!.ToString());
        _blocks[key] = finding;
    }

    /// <summary>A directory, a list of references or a side-car that is not what it should be, or cannot be read.</summary>
    public void AddTree(VtBlockReference reference, bool isDirectory, Exception cause)
    {
        if (Has(reference, isDirectory))
        {
            return;
        }

        if (cause is VtException { ErrorId: VtErrorId.BlockNotFound } && reference.Kind == VtBlockKind.Indirect)
        {
            AddMissing(reference);
            return;
        }

        Finding finding = Add(VtTestKind.TreeDamaged, cause.Message);
        if (reference.Hash is { } hash)
        {
            finding.Hashes.Add(hash.ToString());
        }

        _references[(reference, isDirectory)] = finding;
    }

    /// <summary>Blocks of which no place can be read.</summary>
    public void AddUnreadable(BlockKey block, Finding finding) => _blocks.TryAdd(block, finding);

    /// <summary>A finding that is about no reference.</summary>
    public void Add(Finding finding) => _findings.Add(finding);

    /// <summary>Whether a reference itself is damaged.</summary>
    public bool Has(VtBlockReference reference, bool isDirectory) => Find(reference, isDirectory) is not null;

    /// <summary>What is wrong with a reference itself; null where nothing is.</summary>
    public Finding? Find(VtBlockReference reference, bool isDirectory) =>
        reference.Hash is { } hash && _blocks.TryGetValue(BlockKey.Of(hash), out Finding? finding) ? finding : _references.GetValueOrDefault((reference, isDirectory));

    /// <summary>Drops what trees told and no backup that is still there meets: those backups were removed while the check ran. Damaged records stay.</summary>
    public void DropUntouched() =>
        _findings.RemoveAll(static finding => finding.Kind is VtTestKind.BlockMissing or VtTestKind.TreeDamaged && finding is { TouchesContent: false, TouchesSideCar: false });

    private Finding Add(VtTestKind kind, string message)
    {
        Finding finding = new(kind, null, message);
        _findings.Add(finding);
        return finding;
    }
}
