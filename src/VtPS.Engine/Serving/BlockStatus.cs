using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>What a peer says of the Store whose blocks it serves.</summary>
/// <param name="StoreId">Its id.</param>
/// <param name="HashName">Its hash.</param>
/// <param name="MinimumBlock">Its shortest chunk, in bytes.</param>
/// <param name="AverageBlock">Its mean chunk.</param>
/// <param name="MaximumBlock">Its longest chunk.</param>
/// <param name="IsEncrypted">Whether it is encrypted.</param>
/// <param name="Blocks">How many blocks it had at that moment.</param>
internal sealed record BlockStatus(string StoreId, VtHashName HashName, int MinimumBlock, int AverageBlock, int MaximumBlock, bool IsEncrypted, long Blocks)
{
    public static BlockStatus Of(StoreSession session) => new(
        session.Info.StoreId, session.Config.HashName, session.Info.MinimumBlock, session.Info.AverageBlock, session.Info.MaximumBlock, session.Info.IsEncrypted, session.Index.CountBlocks());

    /// <summary>Store id (text), hash (text), the three lengths, 1 for encrypted, the blocks (numbers).</summary>
    public byte[] ToBytes()
    {
        ByteWriter writer = new();
        writer.WritePrefixed(Encoding.ASCII.GetBytes(StoreId));
        writer.WritePrefixed(Encoding.ASCII.GetBytes(VtHashNames.Text(HashName)));
        writer.WriteVarUInt((ulong)MinimumBlock);
        writer.WriteVarUInt((ulong)AverageBlock);
        writer.WriteVarUInt((ulong)MaximumBlock);
        writer.WriteVarUInt(IsEncrypted ? 1u : 0);
        writer.WriteVarUInt((ulong)Blocks);
        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static BlockStatus Read(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        string id = Encoding.ASCII.GetString(reader.ReadPrefixed());
        string hash = Encoding.ASCII.GetString(reader.ReadPrefixed());
        return new BlockStatus(
            id,
            VtHashNames.TryParse(hash, out VtHashName name) ? name : throw new InvalidDataException($"The hash '{hash}' is not known here."),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadVarUInt() == 1,
            reader.ReadLength());
    }
}
