using System.Globalization;
using System.Reflection;
using VtPS.Cli.Tests;
using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Objects;
using VtPS.Engine.Tests.Support;
using Xunit;
using Xunit.Sdk;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>
/// The contracts of storages and of stores of blocks through a real sshd: each test over a connection of its own. In the short form every third test
/// of the former, and of theories the first case; in the long form all.
/// </summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SshContractTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [SshdFact]
    public async Task Over_ssh_a_Stores_objects_keep_the_contract()
    {
        SshServer server = new(_temp.Combine("ssh"));
        await RunAsync(() => new ObjectsOverSsh(server, _temp.CreateFolder("store")), 3);
    }

    [SshdFact]
    public async Task Over_ssh_a_Stores_blocks_keep_the_contract()
    {
        SshServer server = new(_temp.Combine("ssh"));
        await RunAsync(() => new BlocksOverSsh(server, _temp.Combine("store")), 1);
    }

    private static IPeerTransport Connect(SshServer server) => CommandTransport.Start(
        "ssh", server.Client, ["-T", "-p", SshServer.Port.ToString(CultureInfo.InvariantCulture), "127.0.0.1", $"dotnet '{typeof(SshContractTests).Assembly.Location}' serve --stdio"]);

    private static async Task RunAsync<T>(Func<T> make, int shortForm)
        where T : IAsyncLifetime
    {
        int done = 0;
        MethodInfo[] tests = [.. typeof(T).BaseType!.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null)];
        for (int number = 0; number < tests.Length; number += (LongRun.IsOn ? 1 : shortForm))
        {
            MethodInfo test = tests[number];
            IEnumerable<object?[]> cases = test.GetCustomAttributes<DataAttribute>().SelectMany(data => data.GetData(test)).DefaultIfEmpty([]);
            foreach (object?[] arguments in cases.Take(LongRun.Count(1, int.MaxValue)))
            {
                T contract = make();
                await contract.InitializeAsync();
                await (Task)test.Invoke(contract, arguments)!;
                await contract.DisposeAsync();
                done++;
            }
        }

        Assert.True(done >= 5, $"{done} tests of the contract were found.");
    }

    private sealed class ObjectsOverSsh(SshServer server, string folder) : ObjectStorageContract
    {
        private protected override IObjectStorage Open() => RemoteObjectStorage.ConnectAsync(Connect(server), folder, false, default).GetAwaiter().GetResult();

        protected override void CleanUp() => Directory.Delete(folder, recursive: true);
    }

    private sealed class BlocksOverSsh(SshServer server, string folder) : BlockStoreContract
    {
        private protected override async Task<IBlockStore> OpenAsync(VtHashName name)
        {
            await using (await TestStore.CreateAsync(folder, request => request with { HashName = name }))
            {
            }

            return await RemoteBlocks.ConnectAsync(Connect(server), folder, default);
        }

        protected override void CleanUp() => Directory.Delete(folder, recursive: true);
    }
}
