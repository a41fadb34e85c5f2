using System.Text;
using VtPS.Engine.Operations;

namespace VtPS.Cli.Output;

/// <summary>
/// Standard error: one line for each error, <c>vt: ErrorId: message</c>, and on a terminal one line of progress that is written over.
/// Safe for use by many threads.
/// </summary>
internal sealed class ErrorWriter : IDisposable
{
    private const string EraseLine = "\r\e[K";

    private readonly Lock _lock = new();
    private readonly StandardStream _stream = StandardStream.OpenError();
    private bool _lineShown;
    private bool _closed;

    /// <summary>Whether progress is shown: standard error is a terminal that can write over a line.</summary>
    public bool ShowsProgress { get; } = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>An error.</summary>
    public void Error(VtErrorId id, string message) => Line($"vt: {id}: {message}");

    /// <summary>An error that has no id of its own, or a note; <paramref name="word"/> stands where the id would.</summary>
    public void Note(string word, string message) => Line($"vt: {word}: {message}");

    /// <summary>Writes the line of progress anew.</summary>
    public void Progress(in OperationProgress progress)
    {
        string line = ProgressLine.Format(progress, TerminalWidth.Get());
        lock (_lock)
        {
            if (!_closed)
            {
                _lineShown = true;
                Write(EraseLine + line);
            }
        }
    }

    /// <summary>Takes the line of progress away until there is more.</summary>
    public void EraseProgress()
    {
        lock (_lock)
        {
            Erase();
        }
    }

    /// <summary>Takes the line of progress away; nothing writes progress after it.</summary>
    public void EndProgress()
    {
        lock (_lock)
        {
            Erase();
            _closed = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => EndProgress();

    private void Line(string text)
    {
        lock (_lock)
        {
            Erase();
            Write(OneLine(text) + "\n");
        }
    }

    private void Erase()
    {
        if (_lineShown)
        {
            _lineShown = false;
            Write(EraseLine);
        }
    }

    private void Write(string text)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Nobody reads it any more; the work itself must not end for that, and the exit code still tells.
        }
    }

    /// <summary>Control characters, line ends among them, become spaces: one error stays one line and cannot steer a terminal.</summary>
    private static string OneLine(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsControl(source[i]) ? ' ' : source[i];
        }
    });
}
