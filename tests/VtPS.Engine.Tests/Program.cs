using VtPS.Engine.Tests.Faults.Models;
using VtPS.Engine.Tests.Protocol;

// The tests are run by the test host. Run as a program, this assembly is one process of a model run, or the far end of an ssh connection.
return args switch
{
    [ModelWorker.Verb, _, _, _, _] => await ModelWorker.RunAsync(args),
    ["serve", "--stdio"] => await StdioService.RunAsync(),
    _ => 2,
};
