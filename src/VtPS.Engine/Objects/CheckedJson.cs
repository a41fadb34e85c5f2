using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace VtPS.Engine.Objects;

/// <summary>
/// JSON objects that end in their own checksum: <c>…,"checksum":"xxh3:HHHHHHHHHHHHHHHH"}</c> and a newline, where the sixteen hexadecimal digits
/// are the XXH3-64 (seed 0) of every byte before the comma.
/// </summary>
internal static class CheckedJson
{
    private const string Key = ",\"checksum\":\"xxh3:";
    private const int TailLength = 18 + 16 + 3;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object. The callback writes at least one property, and neither the braces nor the checksum.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> properties)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, WriterOptions))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteEndObject();
        }

        stream.SetLength(stream.Length - 1);
        byte[] head = stream.ToArray();
        stream.Position = stream.Length;
        stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Key}{XxHash3.HashToUInt64(head):x16}\"}}\n")));
        return stream.ToArray();
    }

    /// <summary>Checks and reads an object. The caller disposes the document.</summary>
    /// <param name="bytes">The object's bytes.</param>
    /// <param name="name">What the object is called, for the message.</param>
    /// <exception cref="InvalidDataException">It does not end in its checksum, or is not JSON.</exception>
    public static JsonDocument Read(ReadOnlyMemory<byte> bytes, string name)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.Length < TailLength + 2)
        {
            throw new InvalidDataException($"'{name}' is damaged: it is too short.");
        }

        ReadOnlySpan<byte> tail = span[^TailLength..];
        Span<char> digits = stackalloc char[16];
        Encoding.ASCII.GetChars(tail.Slice(18, 16), digits);
        if (!tail.StartsWith(",\"checksum\":\"xxh3:"u8) || !tail.EndsWith("\"}\n"u8)
            || !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong stated)
            || stated != XxHash3.HashToUInt64(span[..^TailLength])
            || digits.ContainsAnyInRange('A', 'F'))
        {
            throw new InvalidDataException($"'{name}' is damaged: its checksum does not match its content.");
        }

        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{name}' is damaged: {e.Message}", e);
        }
    }
}
