using System.Text.Json.Serialization.Metadata;

namespace VtPS.Cli.Output;

/// <summary>
/// A list on standard output, each row written as it comes: with <c>--json</c> one array with an element a line, else a line of text a row.
/// Safe for use by many threads. Closing it ends the array.
/// </summary>
internal sealed class RowWriter<T> : IDisposable
{
    private readonly Lock _lock = new();
    private readonly OutputWriter _output;
    private readonly JsonTypeInfo<T>? _json;
    private readonly Func<T, string> _format;
    private bool _any;

    /// <summary>Begins a list.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="json">The type for JSON; null for text.</param>
    /// <param name="format">A row as a line of text.</param>
    public RowWriter(OutputWriter output, JsonTypeInfo<T>? json, Func<T, string> format)
    {
        _output = output;
        _json = json;
        _format = format;
        if (json is not null)
        {
            _output.Bytes("["u8);
        }
    }

    /// <summary>Writes a row.</summary>
    public void Write(T row)
    {
        lock (_lock)
        {
            if (_json is null)
            {
                _output.Line(_format(row));
                return;
            }

            _output.Bytes(_any ? ",\n"u8 : "\n"u8);
            _any = true;
            _output.JsonPart(row, _json);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_json is not null)
        {
            _output.Bytes(_any ? "\n]\n"u8 : "]\n"u8);
        }
    }
}
