using System.Text;
using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Sync;

/// <summary>What the messages are made of.</summary>
internal static partial class SyncMessages
{
    private const int MostProblems = 100;

    private static byte[] Build(Action<ByteWriter> write)
    {
        ByteWriter writer = new();
        write(writer);
        return writer.Written.ToArray();
    }

    private static void Write(ByteWriter writer, IReadOnlyList<ContentRequest> requests)
    {
        writer.WriteVarUInt((ulong)requests.Count);
        foreach (ContentRequest request in requests)
        {
            request.Data.Write(writer);
            writer.WriteVarUInt((ulong)request.Offset);
            PieceSums.Write(writer, request.Base);
        }
    }

    private static List<ContentRequest> ReadRequests(ref ByteReader reader)
    {
        List<ContentRequest> requests = [];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            NodeData data = NodeData.Read(ref reader);
            requests.Add(data.Type == VtItemType.File ? new ContentRequest(data, reader.ReadLength(), PieceSums.Read(ref reader)) : throw new InvalidDataException("Only files have content."));
        }

        return requests;
    }

    private static void Write(ByteWriter writer, GroupMember member)
    {
        writer.WriteVarUInt(member.Replica);
        Write(writer, member.Host);
        Write(writer, member.Path);
    }

    private static GroupMember ReadMember(ref ByteReader reader) => new(reader.ReadVarUInt(), ReadText(ref reader), ReadText(ref reader));

    private static void Write(ByteWriter writer, IReadOnlyList<NodeId> ids)
    {
        writer.WriteVarUInt((ulong)ids.Count);
        foreach (NodeId id in ids)
        {
            id.Write(writer);
        }
    }

    private static List<NodeId> ReadIds(ref ByteReader reader)
    {
        List<NodeId> ids = [];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            ids.Add(NodeId.Read(ref reader));
        }

        return ids;
    }

    private static void Write(ByteWriter writer, IReadOnlyList<VtSyncAction> actions)
    {
        writer.WriteVarUInt((ulong)actions.Count);
        foreach (VtSyncAction action in actions)
        {
            writer.WriteByte((byte)action.Action);
            Write(writer, action.Path);
            Write(writer, action.OldPath ?? string.Empty);
            writer.WriteByte((byte)action.ItemType);
            writer.WriteVarUInt((ulong)action.Length);
            writer.WriteVarInt(action.LastWriteTime.ToUniversalTime().Ticks);
            Write(writer, action.Author);
        }
    }

    private static List<VtSyncAction> ReadActions(ref ByteReader reader)
    {
        List<VtSyncAction> actions = [];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            actions.Add(new VtSyncAction
            {
                Action = (VtSyncActionKind)reader.ReadByte(),
                Side = VtSyncSide.Remote,
                Path = ReadText(ref reader),
                OldPath = ReadText(ref reader) is { Length: > 0 } old ? old : null,
                ItemType = (VtItemType)reader.ReadByte(),
                Length = reader.ReadLength(),
                LastWriteTime = new DateTime(Math.Clamp(reader.ReadVarInt(), 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc).ToLocalTime(),
                Author = ReadText(ref reader),
            });
        }

        return actions;
    }

    private static void Write(ByteWriter writer, IReadOnlyList<VtError> problems)
    {
        writer.WriteVarUInt((ulong)Math.Min(problems.Count, MostProblems));
        foreach (VtError problem in problems.Take(MostProblems))
        {
            Write(writer, problem.Id.ToString());
            Write(writer, problem.Message);
            Write(writer, problem.Target?.ToString() ?? string.Empty);
        }
    }

    private static List<VtError> ReadProblems(ref ByteReader reader)
    {
        List<VtError> problems = [];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            VtErrorId id = Enum.TryParse(ReadText(ref reader), out VtErrorId known) ? known : VtErrorId.PeerProtocolMismatch;
            problems.Add(new VtError(id, ReadText(ref reader), ReadText(ref reader), null));
        }

        return problems;
    }

    private static void Write(ByteWriter writer, string text) => writer.WritePrefixed(Encoding.UTF8.GetBytes(text));

    private static void Write(ByteWriter writer, IReadOnlyList<string> texts)
    {
        writer.WriteVarUInt((ulong)texts.Count);
        foreach (string text in texts)
        {
            Write(writer, text);
        }
    }

    private static List<string> ReadTexts(ref ByteReader reader)
    {
        List<string> texts = [];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            texts.Add(ReadText(ref reader));
        }

        return texts;
    }

    private static string ReadText(ref ByteReader reader) => Encoding.UTF8.GetString(reader.ReadPrefixed());
}
