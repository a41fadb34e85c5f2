using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>What one worker thread has of its own: a packer and a buffer.</summary>
internal sealed class BackupWorker(BackupRun run, BlockPacker packer)
{
    private byte[] _buffer = [];

    public BackupRun Run { get; } = run;

    public BlockPacker Packer { get; } = packer;

    /// <summary>A buffer of at least so many bytes, kept for the next use.</summary>
    public byte[] Buffer(int length)
    {
        if (_buffer.Length < length)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(length);
        }

        return _buffer;
    }
}
