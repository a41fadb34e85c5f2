using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Protocol;

/// <summary>
/// What a Progress frame says: activity (text), items done and in all, bytes done and in all, bytes a second, seconds still needed, percent (numbers). Of the totals, the seconds and the percent
/// 0 means that nothing is known, and another number is one more than what is meant. More may follow.
/// </summary>
internal static class ProgressMessage
{
    private const int LongestActivity = 64;
    private const double LongestTime = 1e8;

    public static byte[] Write(in OperationProgress progress)
    {
        ByteWriter writer = new(64);
        writer.WritePrefixed(Encoding.UTF8.GetBytes(progress.Activity));
        writer.WriteVarUInt((ulong)progress.ItemsDone);
        WriteKnown(writer, progress.ItemsTotal);
        writer.WriteVarUInt((ulong)progress.BytesDone);
        WriteKnown(writer, progress.BytesTotal);
        writer.WriteVarUInt((ulong)Math.Clamp(progress.Rate, 0, long.MaxValue / 2));
        WriteKnown(writer, progress.Remaining is { } remaining ? (long)remaining.TotalSeconds : null);
        WriteKnown(writer, progress.Percent is { } percent ? (long)percent : null);
        return writer.Written.ToArray();
    }

    /// <summary>Reads one. The activity holds no control character, whatever was sent.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static OperationProgress Read(ReadOnlySpan<byte> bytes)
    {
        ByteReader reader = new(bytes);
        ReadOnlySpan<byte> activity = reader.ReadPrefixed();
        return new OperationProgress
        {
            Activity = activity.Length <= LongestActivity ? PathText.Format(activity) : throw new InvalidDataException("it names an activity by a text that is too long"),
            ItemsDone = reader.ReadLength(),
            ItemsTotal = ReadKnown(ref reader),
            BytesDone = reader.ReadLength(),
            BytesTotal = ReadKnown(ref reader),
            Rate = reader.ReadLength(),
            Remaining = ReadKnown(ref reader) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, LongestTime)) : null,
            Percent = ReadKnown(ref reader) is { } percent ? Math.Min(percent, 100) : null,
        };
    }

    private static void WriteKnown(ByteWriter writer, long? value) => writer.WriteVarUInt(value is { } known ? (ulong)known + 1 : 0);

    private static long? ReadKnown(ref ByteReader reader) => reader.ReadLength() is > 0 and var value ? value - 1 : null;
}
