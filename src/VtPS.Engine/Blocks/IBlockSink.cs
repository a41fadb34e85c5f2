namespace VtPS.Engine.Blocks;

/// <summary>Takes blocks to be kept.</summary>
internal interface IBlockSink
{
    /// <summary>Keeps a block, unless it is there already. The content is copied or written before the call returns.</summary>
    /// <returns>The block's hash.</returns>
    VtHash Add(ReadOnlySpan<byte> content);
}
