using System.Buffers;

namespace VtPS.Engine.Objects;

/// <summary>An object on its way into a <see cref="MemoryStorage"/>.</summary>
internal sealed class MemoryUpload(MemoryStorage storage, string name) : IObjectUpload
{
    private ArrayBufferWriter<byte>? _bytes = new();

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> written = Usable();
        cancellationToken.ThrowIfCancellationRequested();
        written.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> written = Usable();
        cancellationToken.ThrowIfCancellationRequested();
        storage.Put(name, written.WrittenSpan.ToArray());
        _bytes = null;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _bytes = null;
        return ValueTask.CompletedTask;
    }

    private ArrayBufferWriter<byte> Usable() => _bytes ?? throw new InvalidOperationException($"'{name}' is committed or given up already.");
}
