using VtPS.Cli.Output;
using VtPS.Engine.Stores;

namespace VtPS.Cli.Hosting;

/// <summary>What every verb works with: where its output and errors go, and when it is to stop.</summary>
internal sealed class CliHost : IDisposable
{
    private readonly Interruption _interruption = new();

    /// <summary>Standard output.</summary>
    public OutputWriter Output { get; } = new();

    /// <summary>Standard error: errors, warnings, and progress on a terminal.</summary>
    public ErrorWriter Errors { get; } = new();

    /// <summary>Cancelled when the user interrupts.</summary>
    public CancellationToken Token => _interruption.Token;

    /// <summary>Whether the user interrupted.</summary>
    public bool IsInterrupted => _interruption.Requested;

    /// <summary>Where the indexes of Stores are.</summary>
    public IBlockIndexFactory Indexes => field ??= Stores.IndexFactory.Create();

    /// <inheritdoc/>
    public void Dispose()
    {
        Errors.Dispose();
        _interruption.Dispose();
    }
}
