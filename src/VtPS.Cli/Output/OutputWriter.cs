using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace VtPS.Cli.Output;

/// <summary>
/// Standard output: buffered, but never older than a fifth of a second while rows come, so that a pipe sees them as they are made.
/// Not safe for use by several threads.
/// </summary>
internal sealed class OutputWriter
{
    private const int BufferSize = 1 << 15;

    private readonly ArrayBufferWriter<byte> _buffer = new(BufferSize);
    private readonly StandardStream _stream = StandardStream.OpenOutput();
    private Utf8JsonWriter? _json;
    private long _lastFlush = Environment.TickCount64;

    /// <summary>One line of text.</summary>
    public void Line(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, _buffer.GetSpan(length));
        _buffer.Advance(length);
        _buffer.Write("\n"u8);
        FlushIfDue();
    }

    /// <summary>Bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= BufferSize)
        {
            Flush();
            Write(bytes);
            return;
        }

        _buffer.Write(bytes);
        FlushIfDue();
    }

    /// <summary>One JSON document on a line of its own.</summary>
    public void Json<T>(T value, JsonTypeInfo<T> type)
    {
        JsonPart(value, type);
        Bytes("\n"u8);
    }

    /// <summary>One JSON value without an end of line.</summary>
    public void JsonPart<T>(T value, JsonTypeInfo<T> type)
    {
        // Text is written as it is, not as \u escapes: it goes to a file or a pipe, never into HTML.
        _json ??= new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.Reset(_buffer);
        JsonSerializer.Serialize(_json, value, type);
        _json.Flush();
        FlushIfDue();
    }

    /// <summary>Hands everything on.</summary>
    /// <exception cref="OutputException">Standard output cannot be written.</exception>
    public void Flush()
    {
        if (_buffer.WrittenCount > 0)
        {
            Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }

        _lastFlush = Environment.TickCount64;
    }

    private void FlushIfDue()
    {
        if (_buffer.WrittenCount >= BufferSize || Environment.TickCount64 - _lastFlush >= 200)
        {
            Flush();
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException e)
        {
            throw new OutputException(e);
        }
    }
}
