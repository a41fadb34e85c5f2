using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>This assembly, run as a program at the far end of a connection: serves any folder over standard input and output.</summary>
internal static class StdioService
{
    public static async Task<int> RunAsync()
    {
        StoreExport export = new(null, ExportRight.Full, new MemoryBlockIndexFactory());
        await using (export)
        {
            StreamTransport transport = new("the client", Console.OpenStandardInput(), Console.OpenStandardOutput());
            return await PeerService.RunAsync(transport, export.OpenAsync, export.Right, CancellationToken.None) is null ? 0 : 1;
        }
    }
}
