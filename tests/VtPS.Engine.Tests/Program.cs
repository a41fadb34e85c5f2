using VtPS.Engine.Tests.Faults.Models;
using VtPS.Engine.Tests.Protocol;
using VtPS.Engine.Tests.Sync;

// The tests are run by the test host. Run as a program, this assembly is one process of a model run, the far end of an ssh connection, or one sync.
return args switch
{
    [ModelWorker.Verb, _, _, _, _] => await ModelWorker.RunAsync(args),
    ["serve", "--stdio"] => await StdioService.RunAsync(),
    ["sync", var path, var peer, var last] => await SyncWorker.RunAsync(path, peer, last),
    _ => 2,
};
