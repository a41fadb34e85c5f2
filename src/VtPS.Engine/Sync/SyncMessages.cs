using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Sync;

/// <summary>The messages of the Trees level (docs/protocol.md). Numbers are unsigned LEB128, texts UTF-8 with their length before them.</summary>
internal static partial class SyncMessages
{
    public static byte[] Write(ReplicaSummary summary) => Build(writer =>
    {
        Write(writer, summary.Path);
        writer.WriteVarUInt(summary.Replica);
        summary.Group.Write(writer);
        Write(writer, summary.GroupName);
        summary.Knowledge.Write(writer);
        writer.WriteVarUInt((ulong)summary.Entries);
        Write(writer, summary.Host);
        writer.WritePrefixed(summary.GroupFile.Span);
    });

    public static ReplicaSummary ReadReplica(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return new ReplicaSummary(
            ReadText(ref reader), reader.ReadVarUInt(), Identity.Read(ref reader), ReadText(ref reader), VersionVector.Read(ref reader), reader.ReadLength(), ReadText(ref reader), reader.ReadPrefixed().ToArray());
    }

    /// <summary>What opens a tree.</summary>
    public static byte[] Write(bool isDry, IReadOnlyList<string> exclude) => Build(writer =>
    {
        writer.WriteByte(isDry ? (byte)1 : (byte)0);
        Write(writer, exclude);
    });

    public static (bool IsDry, List<string> Exclude) ReadOpening(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return (reader.ReadByte() != 0, ReadTexts(ref reader));
    }

    public static byte[] Write(SyncTerms terms) => Build(writer =>
    {
        terms.Group.Write(writer);
        Write(writer, terms.GroupName);
        writer.WriteByte((byte)((terms.Renew ? 1 : 0) | (terms.KeepRevisions ? 2 : 0)));
        Write(writer, terms.RevisionAge);
        Write(writer, terms.Peer);
        Write(writer, terms.Member);
    });

    public static SyncTerms ReadTerms(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        Identity group = Identity.Read(ref reader);
        string name = ReadText(ref reader);
        byte flags = reader.ReadByte();
        return new SyncTerms
        {
            Group = group,
            GroupName = name,
            Renew = (flags & 1) != 0,
            KeepRevisions = (flags & 2) != 0,
            RevisionAge = ReadText(ref reader),
            Peer = ReadText(ref reader),
            Member = ReadMember(ref reader),
        };
    }

    /// <summary>What opens a tree as a source of content.</summary>
    public static byte[] Write(SourceTerms terms) => Build(writer =>
    {
        terms.Group.Write(writer);
        Write(writer, terms.Member);
    });

    public static SourceTerms ReadSourceTerms(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return new SourceTerms(Identity.Read(ref reader), ReadMember(ref reader));
    }

    public static byte[] Write(ScanSummary summary) => Build(writer =>
    {
        summary.Knowledge.Write(writer);
        writer.WriteByte(summary.IsUnsettled ? (byte)1 : (byte)0);
        writer.WriteVarUInt((ulong)summary.Changes);
        writer.WriteVarUInt((ulong)summary.Entries);
        writer.WriteVarUInt((ulong)summary.Waiting);
        writer.WriteVarUInt((ulong)summary.Errors);
        Write(writer, summary.Problems);
    });

    public static ScanSummary ReadScan(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return new ScanSummary(VersionVector.Read(ref reader), reader.ReadByte() != 0, reader.ReadLength(), reader.ReadLength(), reader.ReadLength(), reader.ReadLength(), ReadProblems(ref reader));
    }

    public static byte[] Write(VersionVector vector) => Build(vector.Write);

    public static VersionVector ReadVector(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return VersionVector.Read(ref reader);
    }

    public static byte[] Write(HistoryPart part, MergeTerms? terms) => Build(writer =>
    {
        if (terms is not null)
        {
            writer.WriteByte((byte)terms.Policy);
            writer.WriteByte(terms.IsRefused ? (byte)1 : (byte)0);
            terms.Local.Write(writer);
            Write(writer, terms.Conflicts);
        }

        part.Knowledge.Write(writer);
        writer.WriteVarUInt((ulong)part.Records.Count);
        foreach (NodeRecord record in part.Records)
        {
            HistoryCodec.Write(writer, record);
        }
    });

    public static (HistoryPart Part, MergeTerms? Terms) ReadPart(ReadOnlySpan<byte> bytes, bool withTerms)
    {
        ByteReader reader = new(bytes);
        MergeTerms? terms = null;
        if (withTerms)
        {
            VtConflictPolicy policy = (VtConflictPolicy)reader.ReadByte();
            bool isRefused = reader.ReadByte() != 0;
            terms = new MergeTerms(policy, VersionVector.Read(ref reader), ReadIds(ref reader), isRefused);
        }

        VersionVector knowledge = VersionVector.Read(ref reader);
        int count = reader.ReadInt32();
        List<NodeRecord> records = new(Math.Min(count, bytes.Length / 32));
        for (int i = 0; i < count; i++)
        {
            records.Add(HistoryCodec.Read(ref reader));
        }

        return (new HistoryPart(knowledge, records), terms);
    }

    public static byte[] Write(MergeSummary summary) => Build(writer =>
    {
        summary.Knowledge.Write(writer);
        Write(writer, summary.Actions);
        Write(writer, summary.Needs);
        Write(writer, summary.Conflicts);
        writer.WriteVarUInt((ulong)summary.Entries);
        Write(writer, summary.Refused);
    });

    public static MergeSummary ReadMerge(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return new MergeSummary(VersionVector.Read(ref reader), ReadActions(ref reader), ReadRequests(ref reader), ReadIds(ref reader), reader.ReadLength(), ReadTexts(ref reader));
    }

    public static byte[] Write(IReadOnlyList<ContentRequest> requests) => Build(writer => Write(writer, requests));

    public static List<ContentRequest> ReadRequests(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        return ReadRequests(ref reader);
    }

    public static byte[] Write(ExecuteSummary summary) => Build(writer =>
    {
        writer.WriteVarUInt((ulong)summary.Undone.Count);
        foreach ((int number, ActionOutcome outcome) in summary.Undone)
        {
            writer.WriteVarUInt((ulong)number);
            writer.WriteByte((byte)outcome.Status);
            Write(writer, outcome.Reason ?? string.Empty);
        }

        Write(writer, summary.Problems);
    });

    public static ExecuteSummary ReadExecute(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        Dictionary<int, ActionOutcome> undone = [];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            undone[reader.ReadInt32()] = new ActionOutcome((VtSyncActionStatus)reader.ReadByte(), ReadText(ref reader) is { Length: > 0 } reason ? reason : null);
        }

        return new ExecuteSummary(undone, ReadProblems(ref reader));
    }
}
