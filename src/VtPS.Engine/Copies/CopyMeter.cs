using VtPS.Engine.Operations;

namespace VtPS.Engine.Copies;

/// <summary>
/// The progress of a copy. Bytes are those of blocks to be copied; what was not looked at yet counts as if all of it were to be copied, so the total shrinks to the true
/// one as the trees are walked. Items are backups.
/// </summary>
/// <param name="meter">Tells the observer.</param>
internal sealed class CopyMeter(ProgressMeter meter)
{
    private long _found;
    private long _unseen;
    private long _later;
    private bool _begun;

    /// <summary>Says which backups are to be copied. Of all but the first it is taken that they share with the others what they did when they were made.</summary>
    public void Expect(IReadOnlyList<VtBackup> backups)
    {
        meter.ItemsTotal = backups.Count;
        _later = backups.Skip(1).Sum(static backup => backup.BytesNew);
    }

    /// <summary>A backup is begun, in the order in which they were expected.</summary>
    public void Begin(VtBackup backup)
    {
        meter.SetCurrent(backup.Id, 0);
        _later -= _begun ? backup.BytesNew : 0;
        _begun = true;
        _unseen = backup.BytesTotal;
        Tell();
    }

    /// <summary>A file of so many bytes was looked at.</summary>
    public void LookedAt(long length)
    {
        _unseen = Math.Max(0, _unseen - length);
        Tell();
    }

    /// <summary>A block of so many bytes is to be copied.</summary>
    public void Found(long length)
    {
        _found += length;
        Tell();
    }

    /// <summary>Everything of the backup was looked at.</summary>
    public void Walked()
    {
        _unseen = 0;
        Tell();
    }

    /// <summary>The backup is done, or given up.</summary>
    public void End()
    {
        Walked();
        meter.AddItem();
        meter.SetCurrent(null, 0);
    }

    /// <summary>A block of so many bytes was copied, or found to be there after all; called by many threads.</summary>
    public void Copied(long length) => meter.AddBytes(length);

    private void Tell() => meter.BytesTotal = _found + _unseen + _later;
}
