using System.IO.Hashing;

namespace VtPS.Engine.Hashing;

/// <summary>Computes <see cref="Checksum.Xxh3"/> over bytes that arrive in pieces; where they are cut makes no difference. For one user at a time.</summary>
internal sealed class ChecksumBuilder
{
    private readonly XxHash3 _hash = new();

    /// <summary>The checksum of everything appended since the start or the last <see cref="Reset"/>; more may be appended afterwards.</summary>
    public ulong Value => _hash.GetCurrentHashAsUInt64();

    /// <summary>Takes in the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> data) => _hash.Append(data);

    /// <summary>Begins anew.</summary>
    public void Reset() => _hash.Reset();
}
