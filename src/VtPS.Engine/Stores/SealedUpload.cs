using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>A small object on its way into an encrypted Store: gathered, and sealed once, when it is committed. For one user at a time.</summary>
internal sealed class SealedUpload(IObjectUpload inner, KeyRing ring, string name) : IObjectUpload
{
    private readonly MemoryStream _content = new();

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _content.Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        byte[] bytes = ObjectSeal.Close(ring, name, _content.GetBuffer().AsSpan(0, (int)_content.Length));
        await inner.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await inner.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
