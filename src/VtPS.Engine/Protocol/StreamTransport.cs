namespace VtPS.Engine.Protocol;

/// <summary>Two streams that are there already, such as standard input and output.</summary>
internal sealed class StreamTransport(string name, Stream input, Stream output) : IPeerTransport
{
    public string Name => name;

    public Stream Input => input;

    public Stream Output => output;

    public ValueTask<string?> ExplainEndAsync() => ValueTask.FromResult<string?>(null);

    public async ValueTask DisposeAsync()
    {
        await output.DisposeAsync().ConfigureAwait(false);
        await input.DisposeAsync().ConfigureAwait(false);
    }
}
