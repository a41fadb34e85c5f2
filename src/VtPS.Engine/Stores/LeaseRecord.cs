using System.Globalization;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>What the objects of a lease say.</summary>
internal static class LeaseRecord
{
    /// <summary>The longest that a lease object can be, in bytes.</summary>
    public const int MaximumLength = 16 << 20;

    /// <summary>leases/id.json: who writes. The times are for people; nothing is decided by them.</summary>
    public static byte[] Write(DataFileId id, string operation, string? bootId, bool locked) => CheckedJson.Write(writer =>
    {
        writer.WriteString("id", id.ToString());
        writer.WriteString("operation", operation);
        writer.WriteString("host", Environment.MachineName);
        writer.WriteString("user", Environment.UserName);
        writer.WriteNumber("process", Environment.ProcessId);
        writer.WriteString("started", DateTime.UtcNow);
        writer.WriteString("version", EngineVersion.Text);
        if (bootId is not null)
        {
            writer.WriteString("boot", bootId);
        }

        writer.WriteBoolean("locked", locked);
    });

    /// <summary>leases/id.n.json: a sign of life, with the trash objects that the writer has read.</summary>
    public static byte[] WriteBeat(DataFileId id, long number, IReadOnlyList<string> trash) => CheckedJson.Write(writer =>
    {
        writer.WriteString("id", id.ToString());
        writer.WriteString("number", number.ToString(CultureInfo.InvariantCulture));
        writer.WriteStartArray("trash");
        foreach (string name in trash)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    });
}
